//! Files of results: opened before the run, written aside, renamed when complete.
//!
//! A run that fails leaves what was there before. Nothing is overwritten unless that is asked for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::Failure;
use super::interrupt;

/// A file that is open and has no name yet.
#[derive(Debug)]
pub(super) struct OutputFile {
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
    pub(super) fn open(path: &Path, is_forced: bool) -> Result<OutputFile, Failure> {
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
                let folder = folder.unwrap_or(Path::new("."));
                if !folder.exists() {
                    let folder = folder.display();
                    let message =
                        format!("cannot write `{}`: no folder `{folder}`", path.display());
                    return Err(Failure::failed(message).help(format!("mkdir -p '{folder}'")));
                }
                let file = aside(folder).map_err(fail)?;
                interrupt::remove_at_end(file.path().to_owned());
                Sink::Aside { file, is_forced }
            }
        };
        Ok(OutputFile { path: target, sink })
    }

    /// Writes everything and gives the file its name.
    pub(super) fn write(mut self, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
        self.add(bytes.as_ref()).map_err(|error| self.failure(&error))?;
        self.finish()
    }

    /// Gives the file its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let OutputFile { path, sink } = self;
        match sink {
            Sink::Direct(_) => Ok(()),
            Sink::Aside { file, is_forced } => {
                let renamed =
                    if is_forced { file.persist(&path) } else { file.persist_noclobber(&path) };
                renamed.map(|_| ()).map_err(|error| Failure::file("write", &path, &error.error))
            }
        }
    }

    /// Its path, for messages.
    pub(super) fn shown(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// That the file cannot be written.
    pub(super) fn failure(&self, error: &io::Error) -> Failure {
        Failure::file("write", &self.path, error)
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.sink {
            Sink::Direct(file) => file.write_all(bytes),
            Sink::Aside { file, .. } => file.write_all(bytes),
        }
    }
}

/// What is written appears under its name at the end.
impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A new file in a folder, readable by whom the user's mask allows.
fn aside(folder: &Path) -> io::Result<NamedTempFile> {
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
        let file = OutputFile::open(&path, false).expect("the folder is writable");
        assert!(!path.exists());
        file.write("x\n").expect("the folder is writable");
        assert_eq!(fs::read_to_string(&path).expect("written"), "x\n");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_run_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(OutputFile::open(&folder.path().join("a.csv"), false));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn nothing_is_overwritten_without_force() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").expect("the folder is writable");
        let failure = OutputFile::open(&path, false).expect_err("the file exists");
        assert!(failure.helps[0].contains("--force"));
        OutputFile::open(&path, true)
            .expect("forced")
            .write("new")
            .expect("the folder is writable");
        assert_eq!(fs::read_to_string(&path).expect("written"), "new");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(OutputFile::open(folder.path(), true).is_err());
        assert!(OutputFile::open(&folder.path().join("none/a.csv"), false).is_err());
    }
}
