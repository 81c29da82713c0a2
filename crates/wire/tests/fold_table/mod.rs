//! Texts that a search finds by each other, and texts that it keeps apart. The server and the app test the same table:
//! they normalize by different means.

pub(crate) const SAME: &[(&str, &str)] = &[
    ("STRASSE", "straße"),
    ("STRAẞE", "Straße"),
    ("İstanbul", "istanbul"),
    ("ISTANBUL", "İSTANBUL"),
    ("IŞIK", "ışık"),
    ("ΟΔΟΣ", "οδος"),
    ("ŽIVJO", "živjo"),
    ("ﬃ", "FFI"),
    ("ПРИВЕТ", "привет"),
    ("ＡＢＣ", "ａｂｃ"),
    ("𐐀", "𐐨"),
    ("José", "jose"),
    ("José", "JOSE\u{301}"),
    ("Ångström", "angstrom"),
    ("ÅNGSTRÖM", "A\u{30a}ngstro\u{308}m"),
    ("Nguyễn", "nguyen"),
    ("Ελλάς", "ελλασ"),
    ("Ёлка", "елка"),
    ("a\u{307}", "a"),
    ("i\u{301}", "i"),
    ("ＡＢＣ", "abc"),
    ("ﬁancé", "fiance"),
    ("no\u{a0}break", "no break"),
    ("שָׁלוֹם", "שלום"),
    ("مُحَمَّد", "محمد"),
    ("أحمد", "احمد"),
    ("가", "\u{1100}\u{1161}"),
    ("が", "か\u{3099}"),
    ("ᾳ", "α"),
    ("ǰ", "j"),
    ("ŉ", "ʼn"),
];

pub(crate) const DIFFERENT: &[(&str, &str)] =
    &[("l", "ł"), ("o", "ø"), ("ss", "s"), ("か", "が"), ("하", "한"), ("कि", "क"), ("e", "a")];
