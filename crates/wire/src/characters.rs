//! Classes of characters that a text can hide or turn itself with, from the Unicode Character Database, version 16.

/// `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), in ranges: invisible where nothing supports it.
pub(crate) const DEFAULT_IGNORABLE: [(char, char); 17] = [
    ('\u{AD}', '\u{AD}'),
    ('\u{34F}', '\u{34F}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{202A}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFF8}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

/// Whether a character is in [`DEFAULT_IGNORABLE`].
#[must_use]
pub fn is_default_ignorable(c: char) -> bool {
    DEFAULT_IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// `Bidi_Control` (PropList.txt): marks, embeddings, overrides and isolates, which change the direction of a text.
#[must_use]
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The joiners and variation selectors: they choose the form of the characters beside them, in Persian and Indic words
/// and in emoji. `Join_Control` and `Variation_Selector` (PropList.txt).
#[must_use]
pub fn chooses_a_form(c: char) -> bool {
    matches!(c,
        '\u{200c}'..='\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character can be seen.
#[must_use]
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_default_ignorable(c)
}
