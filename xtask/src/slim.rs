//! Makes what wasm-bindgen wrote smaller to download, and the page safe from a module that breaks.
//!
//! The module goes without its functions' names (it is kept with them under `target/symbols/`), module and glue call each
//! other by short names, and the glue has no comments. Each long name ends in a hash, which no compression makes smaller,
//! and stands in both files. And the glue calls the module through a guard (`guard.js`), which notices when it breaks.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{fingerprint::files_under, shell::Error};

const GUARD: &str = include_str!("guard.js");

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Every `X_bg.wasm` under a directory, with the `X.js` beside it. `symbols`: where each is kept as it was.
pub(crate) fn all(directory: &Path, symbols: &Path) -> Result<(), Error> {
    fs::create_dir_all(symbols).map_err(Error::file(symbols))?;
    for module in files_under(directory)? {
        let Some(name) = module.file_name().and_then(|name| name.to_str()?.strip_suffix("_bg.wasm")) else { continue };
        let glue = module.with_file_name(format!("{name}.js"));
        let bytes = fs::read(&module).map_err(Error::file(&module))?;
        let whole = symbols.join(format!("{name}.wasm"));
        fs::write(&whole, &bytes).map_err(Error::file(&whole))?;
        let script = fs::read_to_string(&glue).map_err(Error::file(&glue))?;
        let (bytes, script) =
            slim(&bytes, &script).ok_or_else(|| Error::Said(format!("{} is damaged", module.display())))?;
        let script = guarded(&script).ok_or_else(|| {
            Error::Said(format!("{} takes the module's exports in no place that is known", glue.display()))
        })?;
        fs::write(&module, bytes).map_err(Error::file(&module))?;
        fs::write(&glue, script).map_err(Error::file(&glue))?;
    }
    let snippets = directory.join("snippets");
    if snippets.is_dir() {
        files_under(&snippets)?.iter().try_for_each(|file| self::script(file))?;
    }
    Ok(())
}

/// `None`: that is no module.
fn slim(module: &[u8], glue: &str) -> Option<(Vec<u8>, String)> {
    let mut names = Names::default();
    let (mut slim, mut rest) = (module.get(..8)?.to_vec(), &module[8..]);
    // A module is eight bytes, then sections: a kind, a length, that many bytes. Kind 0 begins with a name of its own.
    while let Some((kind, after_kind)) = rest.split_first() {
        let (body, next) = sized(after_kind)?;
        match *kind {
            0 if sized(body)?.0 == b"name" => {}
            IMPORTS => put_section(&mut slim, IMPORTS, &imports(body, &mut names)?),
            EXPORTS => put_section(&mut slim, EXPORTS, &exports(body, &mut names)?),
            _ => slim.extend_from_slice(&rest[..rest.len() - next.len()]),
        }
        rest = next;
    }
    Some((slim, names.replace(&without_comments(glue))))
}

/// The short names, by the long ones.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn short(&mut self, long: &[u8]) -> Option<&[u8]> {
        let long = std::str::from_utf8(long).ok()?;
        // Nothing that anybody writes by hand begins with a dollar sign.
        let next = format!("${}", base_36(self.0.len()));
        Some(self.0.entry(long.to_owned()).or_insert(next).as_bytes())
    }

    /// Whole identifiers only.
    fn replace(&self, script: &str) -> String {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
        let mut replaced = String::with_capacity(script.len());
        let mut rest = script;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|letter| !is_part(letter)).unwrap_or(from.len()));
            replaced += before;
            replaced += self.0.get(word).map_or(word, String::as_str);
            rest = after;
        }
        replaced + rest
    }
}

fn base_36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
        number /= 36;
        if number == 0 {
            break digits.iter().rev().map(|digit| char::from(*digit)).collect();
        }
    }
}

/// Each import: a module's name, a name in it, a kind with what belongs to it. wasm-bindgen imports functions, and with
/// threads a memory; any other kind is left as it is by leaving the whole section.
fn imports(body: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let (count, mut rest) = leb128(body)?;
    let mut written = Vec::new();
    put_number(&mut written, count);
    for _ in 0..count {
        let (module, after) = sized(rest)?;
        let (name, after) = sized(after)?;
        let (0, after) = (*after.first()?, &after[1..]) else { return Some(body.to_vec()) };
        let (_, next) = leb128(after)?;
        put_sized(&mut written, module);
        // A snippet's own functions keep the names that they have in its file.
        put_sized(&mut written, if name.starts_with(b"__wb") { names.short(name)? } else { name });
        written.push(0);
        written.extend_from_slice(&after[..after.len() - next.len()]);
        rest = next;
    }
    Some(written)
}

/// Each export: a name, a kind, an index. Those with a hash are for the glue alone.
fn exports(body: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let (count, mut rest) = leb128(body)?;
    let mut written = Vec::new();
    put_number(&mut written, count);
    for _ in 0..count {
        let (name, after) = sized(rest)?;
        let (_, next) = leb128(after.get(1..)?)?;
        put_sized(&mut written, if has_hash(name) { names.short(name)? } else { name });
        written.extend_from_slice(&after[..after.len() - next.len()]);
        rest = next;
    }
    Some(written)
}

/// The glue with the guard between it and the module, wherever it takes the module's exports. What a module that was
/// given up has asked to be called back for is no longer called. `None`: it takes them nowhere.
fn guarded(glue: &str) -> Option<String> {
    let mut script = glue.to_owned();
    for taken in ["instance.exports", "wasmInstance.exports"] {
        script = script.replace(&format!("wasm = {taken};"), &format!("wasm = guarded({taken});"));
    }
    script =
        script.replace("throw new Error('Cannot invoke closure from previous WASM instance');", "return undefined;");
    (script != glue).then(|| script + &without_comments(GUARD))
}

fn has_hash(name: &[u8]) -> bool {
    let hash = name.len().checked_sub(17).map(|start| &name[start..]);
    hash.is_some_and(|hash| hash[0] == b'h' && hash[1..].iter().all(u8::is_ascii_hexdigit))
}

/// A script without its comments.
fn script(file: &Path) -> Result<(), Error> {
    let script = fs::read_to_string(file).map_err(Error::file(file))?;
    fs::write(file, without_comments(&script)).map_err(Error::file(file))
}

/// Comments and indentation are for who reads the glue. One with a text over several lines is left alone.
fn without_comments(script: &str) -> String {
    let mut slim = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines() {
        if line.matches('`').count() % 2 == 1 {
            return script.to_owned();
        }
        let line = line.trim();
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            slim += line;
            slim.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    slim
}

fn put_section(module: &mut Vec<u8>, kind: u8, body: &[u8]) {
    module.push(kind);
    put_sized(module, body);
}

fn put_sized(bytes: &mut Vec<u8>, sized: &[u8]) {
    put_number(bytes, sized.len());
    bytes.extend_from_slice(sized);
}

fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// So many bytes as the number in front says, and what follows.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = leb128(bytes)?;
    rest.split_at_checked(length)
}

/// An unsigned number, seven bits to the byte, lowest first; and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let last = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let (digits, rest) = bytes.split_at(last + 1);
    Some((digits.iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"\0asm\x01\0\0\0";

    fn section(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut section = Vec::new();
        put_section(&mut section, kind, body);
        section
    }

    #[test]
    fn what_both_sides_call_each_other_by_becomes_short_on_both() {
        let invoke = b"invoke__h0123456789abcdef";
        let imports = [b"\x02\x01m\x05__wbx\0\x07\x01m\x07__wby_1\0\x85\x01".as_slice()].concat();
        let exports = [b"\x02\x19".as_slice(), invoke, b"\0\x01\x06memory\x02\0"].concat();
        let module = [HEAD, &section(IMPORTS, &imports), &section(EXPORTS, &exports)].concat();
        let glue = "a = { __wbx: 1, __wby_1: wasm.invoke__h0123456789abcdef(wasm.memory) }; __wbx_2;\n";
        let short_imports = b"\x02\x01m\x02$0\0\x07\x01m\x02$1\0\x85\x01";
        let short_exports = b"\x02\x02$2\0\x01\x06memory\x02\0";
        let expected = [HEAD, &section(IMPORTS, short_imports), &section(EXPORTS, short_exports)].concat();
        let text = "a = { $0: 1, $1: wasm.$2(wasm.memory) }; __wbx_2;\n";
        assert_eq!(slim(&module, glue), Some((expected, text.to_owned())));
    }

    #[test]
    fn an_import_that_is_no_function_leaves_the_imports_alone() {
        let imports = b"\x01\x01m\x03mem\x02\x00\x01";
        let module = [HEAD, &section(IMPORTS, imports)].concat();
        assert_eq!(slim(&module, ""), Some((module.clone(), String::new())));
    }

    #[test]
    fn only_the_section_of_names_is_taken_out_of_a_module() {
        let types = b"\x01\x04\x01\x60\0\0".as_slice();
        let names = [b"\0\x85\x01\x04name".as_slice(), &[7; 128]].concat();
        let other = b"\0\x06\x04nameX".as_slice();
        let producers = b"\0\x05\x03abcX".as_slice();
        let module = [HEAD, types, &names, producers].concat();
        assert_eq!(slim(&module, ""), Some(([HEAD, types, producers].concat(), String::new())));
        assert_eq!(slim(&[HEAD, other].concat(), ""), Some((HEAD.to_vec(), String::new())));
        assert_eq!(slim(&module[..20], ""), None);
    }

    #[test]
    fn comments_and_indentation_go_and_texts_stay() {
        let glue =
            "/**\n * Says.\n */\nfunction a() {\n    // why\n    return 'x // y';\n}\n\n/* one line */\nlet b = `c`;\n";
        assert_eq!(without_comments(glue), "function a() {\nreturn 'x // y';\n}\nlet b = `c`;\n");
        let long = "let a = `x\n  // y\n`;\n";
        assert_eq!(without_comments(long), long);
    }

    #[test]
    fn whatever_calls_the_module_does_so_through_the_guard() {
        let glue = "wasmInstance = instance;\nwasm = instance.exports;\nwasm = wasmInstance.exports;\n";
        let script = guarded(glue).expect("it takes the exports");
        assert!(script.starts_with(
            "wasmInstance = instance;\nwasm = guarded(instance.exports);\nwasm = guarded(wasmInstance.exports);\n"
        ));
        assert!(script.contains("export function whenBroken(tell)"));
        assert_eq!(guarded("let a = 1;"), None);
    }

    #[test]
    fn there_are_names_for_more_imports_than_digits() {
        assert_eq!([0, 35, 36, 1295, 1296].map(base_36), ["0", "z", "10", "zz", "100"]);
    }
}
