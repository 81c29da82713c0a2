//! The size of each crate in a module, from the linker's map, which lists every function with its size.

use std::{collections::HashMap, fs, path::Path};

use rustc_demangle::demangle;

use crate::shell::Error;

/// The crates with the bytes of their functions, the largest first.
pub(crate) fn of(map: &Path) -> Result<Vec<(String, u64)>, Error> {
    let text = fs::read_to_string(map).map_err(Error::file(map))?;
    let mut sizes = HashMap::<String, u64>::new();
    for (size, symbol) in text.lines().filter_map(function) {
        *sizes.entry(crate_of(symbol)).or_default() += size;
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by(|(name, size), (other_name, other)| other.cmp(size).then_with(|| name.cmp(other_name)));
    Ok(sizes)
}

/// The size and symbol in a line about a function.
fn function(line: &str) -> Option<(u64, &str)> {
    // Address, offset and size in hexadecimal, then the name of a section, a file or a symbol, indented by its depth.
    let mut words = line.split_whitespace();
    let (_address, _offset, size) = (words.next()?, words.next()?, words.next()?);
    let symbol = words.next().filter(|word| word.starts_with("_ZN") || word.starts_with("_R"))?;
    Some((u64::from_str_radix(size.trim_start_matches("0x"), 16).ok()?, symbol))
}

/// The crate that a function is counted for: `<a::B as c::D>::e` counts for `a`, whose type it is for; `<T as c::D>::e`
/// for `c`, which wrote it.
fn crate_of(symbol: &str) -> String {
    let name = format!("{:#}", demangle(symbol));
    let (path, rest) = first_word(&name);
    if rest.starts_with("::") {
        return path.to_owned();
    }
    rest.split_once(" as ").map_or(path, |(_, of_trait)| first_word(of_trait).0).to_owned()
}

/// The first word of a path, and the rest.
fn first_word(path: &str) -> (&str, &str) {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let path = path.trim_start_matches(|letter| !is_part(letter));
    let path = ["dyn ", "mut ", "const "].iter().find_map(|word| path.strip_prefix(word)).unwrap_or(path);
    path.split_at(path.find(|letter| !is_part(letter)).unwrap_or(path.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_crate_that_its_path_begins_with() {
        assert_eq!(crate_of("_ZN4core3fmt5write17h0123456789abcdefE"), "core");
        assert_eq!(
            crate_of("_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Write$GT$9write_str17h0123456789abcdefE"),
            "alloc"
        );
        assert_eq!(
            crate_of("_ZN50_$LT$T$u20$as$u20$core..convert..Into$LT$U$GT$$GT$4into17h0123456789abcdefE"),
            "core"
        );
    }

    #[test]
    fn only_lines_with_a_symbol_of_rust_are_functions() {
        let line = "       -      1a2       30                 _ZN4core3fmt5write17h0123456789abcdefE";
        assert_eq!(function(line), Some((0x30, "_ZN4core3fmt5write17h0123456789abcdefE")));
        assert_eq!(function("       -      1a2       30 CODE"), None);
        assert_eq!(function(""), None);
    }
}
