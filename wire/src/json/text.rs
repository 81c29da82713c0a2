//! From text to values.

use super::Json;

/// Deeper nesting is refused, so that no text can exhaust the stack.
const DEEPEST: usize = 128;

pub(super) fn read(text: &str) -> Option<Json> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    (reader.next_visible().is_none()).then_some(value)
}

/// `at` is always on a character's boundary: it moves over ASCII, and over whole runs of other characters.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next_visible(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// Steps over `expected`, if it comes next.
    fn skip(&mut self, expected: u8) -> Option<()> {
        (self.next_visible()? == expected).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        match self.next_visible()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => self.items(b']', |reader| reader.value(depth + 1)).map(Json::List),
            b'{' => self.items(b'}', |reader| reader.member(depth + 1)).map(Json::Object),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.text[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    /// What is between an opening bracket, which comes next, and the closing one, with commas between.
    fn items<T>(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.skip(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.skip(close).is_some() {
                return Some(items);
            }
            self.skip(b',')?;
        }
    }

    fn member(&mut self, depth: usize) -> Option<(String, Json)> {
        if self.next_visible()? != b'"' {
            return None;
        }
        let name = self.string()?;
        self.skip(b':')?;
        Some((name, self.value(depth)?))
    }

    /// The text between two quotes; the first comes next.
    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let plain = self.text.as_bytes()[self.at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..32))?;
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain + 1;
            match self.text.as_bytes()[self.at - 1] {
                b'"' => return Some(string),
                b'\\' => string.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    /// The character that follows a backslash stands for.
    fn escaped(&mut self) -> Option<char> {
        let letter = self.peek()?;
        if !letter.is_ascii() {
            return None;
        }
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// Four hexadecimal digits; twice that with `\u` between for a character beyond the basic plane.
    fn code_point(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.word("\\u", Json::Null)?;
        let second = self.code_unit()?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second)
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.chars().try_fold(0, |unit, digit| Some(unit * 16 + digit.to_digit(16)?))
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leading_zero {
            return None;
        }
        let integer = &self.text[start..self.at];
        // A zero below zero is known to floating point numbers only.
        let mut is_integer = integer != "-0";
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            is_integer = false;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
            is_integer = false;
        }
        Some(integer.parse().ok().filter(|_| is_integer).map_or(Json::Fraction, Json::Integer))
    }

    /// Steps over at least one digit; returns how many there were.
    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then(|| self.at - start)
    }
}
