//! Classes of characters that a text can hide or turn itself with, from the Unicode Character Database, version 16.

/// `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt): invisible where nothing supports it.
#[must_use]
pub fn is_default_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
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
