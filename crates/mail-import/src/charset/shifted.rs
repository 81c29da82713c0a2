//! HZ, ISO-2022-KR and ISO-2022-CN: text of seven bits, in which marks switch between ASCII and pairs of bytes. The pairs
//! are those of an encoding of eight bits, without the eighth bit. The WHATWG's standard leaves all three out, since in
//! a browser they hide markup; here they are text.

use encoding_rs::{Encoding, GB18030};

const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

/// RFC 1843: `~{` begins pairs, `~}` ends them, `~~` is a tilde, and `~` at the end of a line joins it with the next.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut wide = Vec::with_capacity(bytes.len());
    let (mut is_pairs, mut rest) = (false, bytes);
    loop {
        rest = match (rest, is_pairs) {
            ([], _) => break,
            ([b'~', b'{', after @ ..], false) => {
                is_pairs = true;
                after
            }
            ([b'~', b'}', after @ ..], true) => {
                is_pairs = false;
                after
            }
            ([b'~', b'~', after @ ..], false) => {
                wide.push(b'~');
                after
            }
            ([b'~', b'\n', after @ ..], false) => after,
            // A line end ends the pairs too.
            ([b'\n', after @ ..], _) => {
                is_pairs = false;
                wide.push(b'\n');
                after
            }
            ([a @ 0x21..=0x7e, b @ 0x21..=0x7e, after @ ..], true) => {
                wide.extend([a | 0x80, b | 0x80]);
                after
            }
            ([byte, after @ ..], _) => {
                wide.push(*byte);
                after
            }
        };
    }
    GB18030.decode_without_bom_handling(&wide).0.into_owned()
}

/// RFC 1557 and RFC 1922: shift-out begins pairs, shift-in and a line end end them, and an escape sequence of four bytes
/// says what the pairs are.
pub(super) fn iso_2022(bytes: &[u8], pairs: &'static Encoding) -> String {
    let mut wide = Vec::with_capacity(bytes.len());
    let (mut is_pairs, mut rest) = (false, bytes);
    loop {
        rest = match rest {
            [] => break,
            [0x1b, b'$', b')' | b'*' | b'+', _, after @ ..] => after,
            [SHIFT_OUT, after @ ..] => {
                is_pairs = true;
                after
            }
            [SHIFT_IN, after @ ..] => {
                is_pairs = false;
                after
            }
            [byte, after @ ..] => {
                is_pairs &= *byte != b'\n';
                wide.push(if is_pairs && (0x21..=0x7e).contains(byte) { byte | 0x80 } else { *byte });
                after
            }
        };
    }
    pairs.decode_without_bom_handling(&wide).0.into_owned()
}
