//! The imports between modules: the layers of the front end, and cycles of imports.

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};
use std::{collections::BTreeMap, path::Path};
use syn::visit::{self, Visit};

/// From top to bottom. A layer may use those below it, but not those beside it.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["app", "widget"],
    &["components", "sync"],
    &["client"],
    &["net", "storage", "navigation"],
    &["strings"],
    &["browser"],
];

/// A module's path within its crate, without `crate`.
type Module = Vec<String>;

/// The modules of one crate and what each imports.
pub(crate) struct Imports {
    root: String,
    files: BTreeMap<Module, String>,
    /// From file to file.
    edges: Vec<(String, String)>,
}

impl Imports {
    /// Reads the crate whose sources are in `root`, from all files.
    pub(crate) fn of(root: &str, files: &[(String, String)]) -> Self {
        let sources: Vec<(Module, &str, &str)> =
            files.iter().filter_map(|(path, text)| Some((module(root, path)?, path.as_str(), text.as_str()))).collect();
        let by_module = sources.iter().map(|(module, path, _)| (module.clone(), (*path).to_owned())).collect();
        let mut imports = Self { root: root.to_owned(), files: by_module, edges: Vec::new() };
        for (module, path, text) in &sources {
            for used in paths(module, text) {
                let target = imports.file_of(&used);
                if target != *path {
                    imports.edges.push(((*path).to_owned(), target.to_owned()));
                }
            }
        }
        imports.edges.sort();
        imports.edges.dedup();
        imports
    }

    /// The file of the innermost module on a path.
    fn file_of(&self, path: &[String]) -> &str {
        let innermost = (0..=path.len()).rev().find_map(|length| self.files.get(&path[..length]));
        innermost.map_or("", String::as_str)
    }

    /// Imports of a layer above or beside the own one.
    pub(crate) fn upward(&self) -> Vec<String> {
        let height = |file: &str| {
            let top = module(&self.root, file)?.first()?.clone();
            LAYERS.iter().position(|layer| layer.contains(&top.as_str())).map(|height| (height, top))
        };
        let is_wrong = |(from, to): &&(String, String)| match (height(from), height(to)) {
            (Some((above, from)), Some((below, to))) => above >= below && from != to,
            _ => false,
        };
        self.edges
            .iter()
            .filter(is_wrong)
            .map(|(from, to)| format!("{from} imports {to}, which is not below it"))
            .collect()
    }

    /// Cycles of imports whose files are in more than one folder.
    pub(crate) fn circles(&self) -> Vec<String> {
        let graph: DiGraphMap<&str, ()> = self.edges.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let mut found = Vec::new();
        for circle in tarjan_scc(&graph) {
            let folders: std::collections::BTreeSet<_> = circle.iter().map(|file| self.folder(file)).collect();
            if folders.len() > 1 {
                let across = self.edges.iter().filter(|(from, to)| {
                    let both = circle.contains(&from.as_str()) && circle.contains(&to.as_str());
                    both && self.folder(from) != self.folder(to)
                });
                let across: Vec<_> = across.map(|(from, to)| format!("  {from} -> {to}")).collect();
                found.push(format!("a circle of {} files crosses folders:\n{}", circle.len(), across.join("\n")));
            }
        }
        found
    }

    /// The folder that a file belongs to: the one of its name, if that exists, else the one that it is in.
    fn folder(&self, file: &str) -> String {
        let own = file.trim_end_matches(".rs");
        let is_folder = self.files.values().any(|other| other.starts_with(&format!("{own}/")));
        let parent = Path::new(file).parent().expect("a file lies in a folder");
        if is_folder { own.to_owned() } else { parent.to_string_lossy().into_owned() }
    }
}

/// `None`: it is no module of this crate.
fn module(root: &str, path: &str) -> Option<Module> {
    let inside = path.strip_prefix(root)?.strip_prefix('/')?.strip_suffix(".rs")?;
    Some(if inside == "lib" { Module::new() } else { inside.split('/').map(str::to_owned).collect() })
}

/// Every path that begins with `crate`, `self` or `super`, from the crate's root.
fn paths(module: &[String], text: &str) -> Vec<Module> {
    let file = syn::parse_file(text).expect("the compiler has read it too");
    let mut found = Found { module: module.to_vec(), paths: Vec::new() };
    found.visit_file(&file);
    found.paths
}

struct Found {
    module: Module,
    paths: Vec<Module>,
}

impl Found {
    fn keep(&mut self, path: &[String]) {
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => Module::new(),
            Some("self" | "super") => self.module.clone(),
            _ => return,
        };
        // The first `super` goes up like the others; `crate` and `self` are resolved already.
        let rest = if path[0] == "super" { path } else { &path[1..] };
        for part in rest {
            match part.as_str() {
                "super" => drop(at.pop()),
                part => at.push(part.to_owned()),
            }
        }
        self.paths.push(at);
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Module) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            syn::UseTree::Name(syn::UseName { ident }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.extend((ident != "self").then(|| ident.to_string()));
                self.keep(before);
                if ident != "self" {
                    before.pop();
                }
            }
            syn::UseTree::Glob(_) => self.keep(before),
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Module::new());
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.keep(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Imports {
        let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Imports::of("src", &files)
    }

    #[test]
    fn an_import_of_a_layer_above_or_beside_is_found_and_one_below_is_not() {
        let files = [
            ("src/client.rs", "use crate::{net::api::Api, sync};\nmod queue;"),
            ("src/client/queue.rs", "use super::Client;\nfn send() { crate::strings::words() }"),
            ("src/net/api.rs", "fn get() -> crate::storage::outbox::Key { todo!() }"),
            ("src/sync.rs", "use crate::client::Client;"),
            ("src/storage/outbox.rs", ""),
            ("src/strings.rs", ""),
        ];
        assert_eq!(
            of(&files).upward(),
            [
                "src/client.rs imports src/sync.rs, which is not below it",
                "src/net/api.rs imports src/storage/outbox.rs, which is not below it",
            ]
        );
    }

    #[test]
    fn a_circle_in_a_folder_is_fine_and_one_across_folders_is_not() {
        let inside = [("src/client.rs", "use self::queue::Queue;"), ("src/client/queue.rs", "use super::Client;")];
        assert!(of(&inside).circles().is_empty());
        let across = [
            ("src/components/notes/item.rs", "use crate::components::contact::panel::Panel;"),
            ("src/components/contact/panel.rs", "use crate::components::notes::item::Item;"),
        ];
        let found = of(&across).circles();
        assert!(found.len() == 1 && found[0].starts_with("a circle of 2 files"), "{found:?}");
    }

    #[test]
    fn super_in_a_module_of_the_file_itself_is_the_file() {
        let files =
            [("src/client.rs", ""), ("src/client/queue.rs", "mod tests { use super::*; use super::super::Client; }")];
        assert_eq!(of(&files).edges, [("src/client/queue.rs".to_owned(), "src/client.rs".to_owned())]);
    }
}
