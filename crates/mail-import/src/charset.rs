//! Text from bytes: by the name of a character set where it fits, else by what the bytes show.
//!
//! Names are those of the WHATWG's Encoding Standard, and those that mail programs really write. A name that the bytes
//! contradict doesn't count: text that is valid UTF-8, or ISO-2022-JP with its escape sequences, is read as such.

mod shifted;
#[cfg(test)]
mod tests;

use crate::text::western;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, KOI8_U, MACINTOSH, REPLACEMENT, SHIFT_JIS, UTF_8,
    UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252, X_MAC_CYRILLIC,
};
use mail_parser::decoders::charsets::map::charset_decoder;
use oem_cp::code_table::DECODING_TABLE_CP_MAP;

/// The detector looks at this many bytes.
const SAMPLE: usize = 64 * 1024;

/// With fewer letters that are not ASCII, one set of Latin letters can't be told from another: most mail is western.
const ENOUGH: usize = 12;

/// What a name of a character set stands for.
#[derive(Clone, Copy)]
enum Charset {
    /// ASCII, UTF-8, no name, or a name that nobody knows: the bytes decide.
    Unnamed,
    Known(&'static Encoding),
    Hz,
    /// ISO-2022-KR.
    Korean,
    /// ISO-2022-CN.
    Chinese,
    /// A code page of DOS.
    Dos(u16),
    /// UTF-7 and others that only mail-parser decodes.
    Rare(fn(&[u8]) -> String),
}

/// Decodes a text whose character set has this name.
pub(crate) fn decoded(name: Option<&str>, bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match name.map_or(Charset::Unnamed, by_name) {
        Charset::Unnamed => guessed(bytes),
        Charset::Known(encoding) => in_encoding(encoding, bytes),
        Charset::Hz => shifted::hz(bytes),
        Charset::Korean => shifted::iso_2022(bytes, EUC_KR),
        Charset::Chinese => shifted::iso_2022(bytes, GB18030),
        Charset::Dos(page) => in_utf_8(bytes).unwrap_or_else(|| in_dos_page(page, bytes)),
        Charset::Rare(decode) => decode(bytes),
    }
}

/// Whether text of this character set has bytes that are control characters elsewhere.
pub(crate) fn has_control_bytes(name: &str) -> bool {
    match by_name(name) {
        Charset::Known(encoding) => encoding == UTF_16LE || encoding == UTF_16BE,
        Charset::Korean | Charset::Chinese => true,
        _ => false,
    }
}

/// Decodes bytes without the name of a character set.
pub(crate) fn guessed(bytes: &[u8]) -> String {
    if let Some(text) = in_utf_8(bytes) {
        return if bytes.contains(&0x1b) { escaped(bytes).unwrap_or(text) } else { text };
    }
    let (mut characters, mut other) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        other += chunk.invalid().len();
    }
    // UTF-8 with a few bytes of another program in it, or cut in the middle of a character.
    let mixed = || bytes.utf8_chunks().map(|chunk| chunk.valid().to_owned() + &western(chunk.invalid())).collect();
    if characters > other {
        return mixed();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], bytes.len() <= SAMPLE);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let (text, _, is_damaged) = guess.decode(bytes);
    // Text in pairs of bytes has sequences that are UTF-8 by accident; other text hardly ever.
    if characters * 3 > other && (guess.is_single_byte() || is_damaged) {
        return mixed();
    }
    let is_sure = !is_latin(guess) || bytes.iter().filter(|byte| !byte.is_ascii()).count() >= ENOUGH;
    if is_damaged || !is_sure { western(bytes) } else { text.into_owned() }
}

fn is_latin(encoding: &'static Encoding) -> bool {
    ["windows-1250", "windows-1254", "windows-1257", "windows-1258", "ISO-8859-2", "ISO-8859-4"]
        .contains(&encoding.name())
}

fn in_utf_8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Text of seven bits with the escape sequences of ISO-2022-JP or ISO-2022-KR.
fn escaped(bytes: &[u8]) -> Option<String> {
    let has = |sequence: &[u8]| bytes.windows(sequence.len()).any(|window| window == sequence);
    if has(b"\x1b$)C") {
        return Some(shifted::iso_2022(bytes, EUC_KR));
    }
    let is_japanese = [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I"].iter().any(|sequence| has(*sequence));
    let (text, is_damaged) = ISO_2022_JP.decode_without_bom_handling(bytes);
    (is_japanese && !is_damaged).then(|| text.into_owned())
}

fn in_encoding(encoding: &'static Encoding, bytes: &[u8]) -> String {
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if (is_wide && !bytes.contains(&0)) || encoding.is_single_byte() {
        // Text of one byte for each character that is valid UTF-8 by accident is practically never seen.
        if let Some(text) = in_utf_8(bytes) {
            return if bytes.contains(&0x1b) { escaped(bytes).unwrap_or(text) } else { text };
        }
    }
    let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
    if !is_damaged {
        return text.into_owned();
    }
    let guess = guessed(bytes);
    let damages = |text: &str| text.matches('\u{fffd}').count();
    if in_utf_8(bytes).is_some() || encoding.is_single_byte() || damages(&guess) < damages(&text) && !is_western(&guess)
    {
        guess
    } else {
        text.into_owned()
    }
}

/// Whether the guess is only that of bytes that fit no other character set.
fn is_western(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || !WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2)
}

fn in_dos_page(page: u16, bytes: &[u8]) -> String {
    DECODING_TABLE_CP_MAP.get(&page).map_or_else(|| guessed(bytes), |table| table.decode_string_lossy(bytes))
}

/// By the standard's names, else by what is left of the name without signs, and without an `x` in front.
fn by_name(name: &str) -> Charset {
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    match Encoding::for_label(name.as_bytes()) {
        Some(encoding) if encoding == UTF_8 => return Charset::Unnamed,
        Some(encoding) if encoding != REPLACEMENT => return Charset::Known(encoding),
        _ => {}
    }
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let short = letters.trim_start_matches('x').trim_start_matches("cs");
    by_vendor_name(short)
        .or_else(|| charset_decoder(name.as_bytes()).filter(|_| short.starts_with("utf7")).map(Charset::Rare))
        .unwrap_or(Charset::Unnamed)
}

fn by_vendor_name(short: &str) -> Option<Charset> {
    let known = match short {
        "sjis" | "shiftjis" | "mskanji" | "windows31j" | "cp943" | "ibm943" | "shiftjisx0213" | "sjiswin" => SHIFT_JIS,
        "eucjp" | "ujis" | "eucjpms" | "eucjpwin" | "cp51932" => EUC_JP,
        "jis" | "jis7" | "cp50220" | "cp50221" | "cp50222" => ISO_2022_JP,
        _ if short.starts_with("iso2022jp") => ISO_2022_JP,
        "gb" | "gb2312" | "gb231280" | "euccn" | "gbk" | "gb18030" | "chinese" => GB18030,
        "uhc" | "ksc" | "johab" | "korean" | "euckr" => EUC_KR,
        _ if short.starts_with("ksc5601") || short.starts_with("ksx1001") => EUC_KR,
        "cnbig5" | "big5" => BIG5,
        _ if short.starts_with("big5") => BIG5,
        "latin9" | "latin0" => by_part("8859", "15")?,
        "tis620" | "thai" => WINDOWS_874,
        "koi8" => KOI8_R,
        "koi8u" | "koi8ru" => KOI8_U,
        "macroman" | "mac" | "macintosh" | "macwestern" => MACINTOSH,
        "maccyrillic" | "macukrainian" => X_MAC_CYRILLIC,
        "ansi" | "windows" | "win" | "westerneuropean" | "western" => WINDOWS_1252,
        "hz" | "hzgb2312" => return Some(Charset::Hz),
        "iso2022kr" => return Some(Charset::Korean),
        "iso2022cn" | "iso2022cnext" => return Some(Charset::Chinese),
        _ => return by_number(short),
    };
    Some(Charset::Known(known))
}

/// `cp1251`, `win-1251`, `ansi_1251`, `ibm850`, `8859_2`, `iso8859-8-e`.
fn by_number(short: &str) -> Option<Charset> {
    if let Some(at) = short.find("8859") {
        let part = short[at + 4..].trim_end_matches(|c: char| !c.is_ascii_digit());
        return by_part("8859", part).map(Charset::Known);
    }
    let prefix = short.trim_end_matches(|c: char| c.is_ascii_digit());
    if !["cp", "win", "windows", "ms", "ansi", "ibm", "dos", "oem", "cpdos", "pc", ""].contains(&prefix) {
        return None;
    }
    let page: u16 = short[prefix.len()..].parse().ok()?;
    let known = match page {
        932 => SHIFT_JIS,
        936 | 1386 | 54936 => GB18030,
        949 | 1363 | 51949 => EUC_KR,
        950 => BIG5,
        20866 => KOI8_R,
        21866 => KOI8_U,
        28591..=28606 => by_part("8859", &(page - 28590).to_string())?,
        367 | 20127 | 65001 => return Some(Charset::Unnamed),
        1250..=1258 => Encoding::for_label(format!("windows-{page}").as_bytes())?,
        _ if DECODING_TABLE_CP_MAP.contains_key(&page) => return Some(Charset::Dos(page)),
        _ => return None,
    };
    Some(Charset::Known(known))
}

fn by_part(standard: &str, part: &str) -> Option<&'static Encoding> {
    Encoding::for_label(format!("iso-{standard}-{part}").as_bytes())
}
