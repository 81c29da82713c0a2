//! What an import is given: a file or a folder of an mbox, letters (`.eml`, Maildir), or those compressed with gzip.

use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use mail_import::{Archive, Form, Place, Source};
use std::{
    fs::{self, File},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Enough to see what a file is.
const START: u64 = 4096;
/// Folders inside each other.
const MAX_DEPTH: usize = 20;

/// Formats that are known but not read, by their first bytes, and what to do with them.
const REFUSED: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "a zip archive. Unpack it, and import what is in it"),
    (b"!BDN", "a data file of Outlook. Export it as mbox or as .eml files"),
    (b"\xd0\xcf\x11\xe0", "a file of Outlook (.msg). Save it as .eml"),
    (b"BZh", "compressed with bzip2. Unpack it first"),
    (b"\xfd7zXZ\0", "compressed with xz. Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd. Unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it, and import what is in it"),
];

/// What a file is that is known but not read.
fn refused(start: &[u8]) -> Option<&'static str> {
    // A tar archive says so behind the name of its first file.
    let is_tar = start.get(257..262) == Some(b"ustar");
    let by_magic = || REFUSED.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what);
    is_tar.then_some("a tar archive. Unpack it, and import what is in it").or_else(by_magic)
}

/// The files of an archive.
#[derive(Debug)]
pub struct Files {
    files: Vec<Found>,
    /// Files of a folder that hold no mail.
    pub skipped: Vec<PathBuf>,
}

#[derive(Debug)]
struct Found {
    /// As the report names it.
    name: PathBuf,
    path: PathBuf,
    form: Form,
    /// What it holds, if it is compressed.
    unpacked: Option<NamedTempFile>,
}

impl Files {
    /// Finds what is at a path.
    ///
    /// # Errors
    /// A sentence, when there is nothing, or nothing that is mail, or it can't be read.
    pub fn at(path: &Path) -> Result<Self> {
        let mut files = Self { files: Vec::new(), skipped: Vec::new() };
        let kind = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
        if kind.is_dir() {
            files.add_folder(path, path, 0)?;
            if files.files.is_empty() {
                return Err(Error::Setup(format!("There is no mail in the folder {}.", path.display())));
            }
        } else if kind.is_file() {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let found = Found::at(path, Path::new(name))?;
            let refused = || Error::Setup(format!("{} is not mail: it is empty.", path.display()));
            files.files.push(found.ok_or_else(refused)?);
        } else {
            return Err(Error::Setup(
                "The archive must be a file or a folder, not a pipe: it is read twice.".to_owned(),
            ));
        }
        Ok(files)
    }

    /// Adds the letters of a folder, in the order of the names: folders of a mail program, or a Maildir.
    fn add_folder(&mut self, root: &Path, folder: &Path, depth: usize) -> Result<()> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| cannot_read(folder, &error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| cannot_read(&path, &error))?;
            if kind.is_dir() {
                // A letter in `tmp` is not yet delivered.
                let is_being_written = entry.file_name() == "tmp" && folder.join("cur").is_dir();
                if depth < MAX_DEPTH && !is_being_written {
                    self.add_folder(root, &path, depth + 1)?;
                }
            } else if kind.is_file() {
                let name = path.strip_prefix(root).unwrap_or(&path);
                match Found::at(&path, name) {
                    Ok(Some(found)) if found.holds_mail()? => self.files.push(found),
                    Ok(_) | Err(Error::Setup(_)) => self.skipped.push(name.to_owned()),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// The file of a place, if there are several.
    #[must_use]
    pub fn name(&self, place: Place) -> Option<&Path> {
        (self.files.len() > 1).then(|| self.files[place.file].name.as_path())
    }
}

impl Found {
    /// `None`: the file is empty.
    fn at(path: &Path, name: &Path) -> Result<Option<Self>> {
        let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
        let mut start = beginning(&file).map_err(|error| cannot_read(path, &error))?;
        if let Some(what) = refused(&start) {
            return Err(Error::Setup(format!("{} is {what}.", path.display())));
        }
        let mut unpacked = None;
        if start.starts_with(&[0x1f, 0x8b]) {
            let plain = unpack(path).map_err(|error| cannot_unpack(path, &error))?;
            start = plain.reopen().and_then(|file| beginning(&file)).map_err(|error| cannot_unpack(path, &error))?;
            if let Some(what) = refused(&start) {
                return Err(Error::Setup(format!("{} holds {what}.", path.display())));
            }
            unpacked = Some(plain);
        }
        let is_named_mbox = name.to_string_lossy().trim_end_matches(".gz").ends_with(".mbox");
        let form = if is_named_mbox { Form::Mbox } else { Form::of(&start) };
        let found = Self { name: name.to_owned(), path: path.to_owned(), form, unpacked };
        Ok((!start.is_empty()).then_some(found))
    }

    /// Whether a file of a folder is mail: mail programs keep indexes and settings beside it.
    fn holds_mail(&self) -> Result<bool> {
        let start = beginning(&self.open_file()?)?;
        let is_letter = self.form == Form::Letter && mail_import::begins_with_headers(&start);
        let is_mbox = self.form == Form::Mbox && start.starts_with(b"From ");
        Ok(is_letter || is_mbox)
    }

    fn open_file(&self) -> io::Result<File> {
        self.unpacked.as_ref().map_or_else(|| File::open(&self.path), NamedTempFile::reopen)
    }
}

impl Archive for Files {
    fn count(&self) -> usize {
        self.files.len()
    }

    fn form(&self, file: usize) -> Form {
        self.files[file].form
    }

    fn open(&self, file: usize) -> io::Result<Box<dyn Source + '_>> {
        Ok(Box::new(BufReader::new(self.files[file].open_file()?)))
    }
}

fn beginning(file: &File) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start)?;
    Ok(start)
}

/// Unpacks to a temporary file, since an archive is read twice and from any place.
fn unpack(path: &Path) -> io::Result<NamedTempFile> {
    let mut plain = NamedTempFile::new()?;
    io::copy(&mut MultiGzDecoder::new(BufReader::new(File::open(path)?)), &mut plain)?;
    Ok(plain)
}

fn cannot_read(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    Error::Setup(match error.kind() {
        io::ErrorKind::NotFound => format!("There is no file or folder {path}."),
        io::ErrorKind::PermissionDenied => format!("{path} may not be read by this user."),
        _ => format!("{path} can't be read: {error}."),
    })
}

fn cannot_unpack(path: &Path, error: &io::Error) -> Error {
    Error::Setup(match error.kind() {
        io::ErrorKind::StorageFull => format!("There is no room in the temporary folder to unpack {}.", path.display()),
        _ => format!("{} is damaged: it can't be unpacked to its end.", path.display()),
    })
}
