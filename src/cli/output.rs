//! Files of results: opened before the run, written aside, renamed when complete.
//!
//! A run that fails leaves what was there before. Nothing is overwritten unless that is asked for.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::args::Format;
use super::failure::Failure;
use super::interrupt;

/// A file that is open and still empty.
#[derive(Debug)]
pub(super) struct OutputFile {
    /// What it is to hold.
    pub(super) format: Format,
    path: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// Beside the file that it will become.
    Aside { file: NamedTempFile, is_forced: bool },
    /// A device or a pipe, which cannot be renamed onto.
    Direct(File),
}

impl OutputFile {
    /// Opens a file, or says why it cannot be written.
    pub(super) fn open(
        path: &Path,
        format: Format,
        is_forced: bool,
    ) -> Result<OutputFile, Failure> {
        let fail = |error| Failure::file("write", path, &error);
        // A link is written through, not replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let sink = match fs::metadata(&target) {
            Ok(meta) if meta.is_dir() => {
                return Err(Failure::failed(format!(
                    "cannot write `{}`: it is a folder",
                    path.display()
                )));
            }
            Ok(meta) if !meta.is_file() => {
                Sink::Direct(OpenOptions::new().write(true).open(&target).map_err(fail)?)
            }
            Ok(_) if !is_forced => {
                return Err(Failure::failed(format!("`{}` exists", path.display()))
                    .help("--force overwrites it"));
            }
            Ok(_) | Err(_) => {
                let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
                let file = aside(folder.unwrap_or(Path::new("."))).map_err(fail)?;
                interrupt::remove_at_end(file.path().to_owned());
                Sink::Aside { file, is_forced }
            }
        };
        Ok(OutputFile { format, path: target, sink })
    }

    /// Writes everything and gives the file its name.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        let path = self.path;
        let fail = |error| Failure::file("write", &path, &error);
        match self.sink {
            Sink::Direct(mut file) => file.write_all(text.as_bytes()).map_err(fail),
            Sink::Aside { mut file, is_forced } => {
                file.write_all(text.as_bytes()).map_err(fail)?;
                let renamed =
                    if is_forced { file.persist(&path) } else { file.persist_noclobber(&path) };
                renamed.map(|_| ()).map_err(|error| fail(error.error))
            }
        }
    }
}

/// A new file in a folder, readable by whom the user's mask allows.
fn aside(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".outlay-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_complete() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.csv");
        let file = OutputFile::open(&path, Format::Csv, false).expect("the folder is writable");
        assert!(!path.exists());
        file.write("x\n").expect("the folder is writable");
        assert_eq!(fs::read_to_string(&path).expect("written"), "x\n");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_run_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(OutputFile::open(&folder.path().join("a.csv"), Format::Csv, false));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn nothing_is_overwritten_without_force() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").expect("the folder is writable");
        let failure = OutputFile::open(&path, Format::Csv, false).expect_err("the file exists");
        assert!(failure.helps[0].contains("--force"));
        OutputFile::open(&path, Format::Csv, true)
            .expect("forced")
            .write("new")
            .expect("the folder is writable");
        assert_eq!(fs::read_to_string(&path).expect("written"), "new");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(OutputFile::open(folder.path(), Format::Csv, true).is_err());
        assert!(OutputFile::open(&folder.path().join("none/a.csv"), Format::Csv, false).is_err());
    }
}
