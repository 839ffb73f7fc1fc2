//! Libraries of functions.

use std::sync::Arc;

use super::{RegisteredFunction, Scripting};
use crate::error::Error;
use crate::resp::quoting;

/// A loaded library.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    /// A number that no other library has.
    pub id: u64,
    pub name: Vec<u8>,
    /// The whole source code.
    pub code: Arc<[u8]>,
    /// The source code without the words of the first line.
    pub source: Arc<[u8]>,
    pub functions: Vec<RegisteredFunction>,
}

/// A library whose code still has to run.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub id: u64,
    pub name: Vec<u8>,
    pub code: Arc<[u8]>,
    pub source: Arc<[u8]>,
}

/// What happens to an existing library with the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LibraryChange {
    /// It is an error.
    Add,
    /// It is replaced.
    Replace,
}

const NAME_RULE: Error = Error::from_static(
    "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long",
);

/// Reads the first line of a library. Returns the library's name and the rest of the code from the end of the first line
/// on.
///
/// # Errors
/// Returns an error if the first line is not valid.
fn metadata(code: &[u8]) -> Result<(Vec<u8>, &[u8]), Error> {
    if !code.starts_with(b"#!") {
        return Err(Error::from_static("ERR Missing library metadata"));
    }
    const INVALID: Error = Error::from_static("ERR Invalid library metadata");
    let end = code.iter().position(|&byte| byte == b'\n').ok_or(INVALID)?;
    let words = quoting::split(&code[..end]).map_err(|_| INVALID)?;
    let (engine, options) = words.split_first().ok_or(INVALID)?;
    let mut name = None;
    for option in options {
        match option.get(..5) {
            Some(start) if start.eq_ignore_ascii_case(b"name=") => {
                if name.replace(option[5..].to_vec()).is_some() {
                    return Err(Error::from_static(
                        "ERR Invalid metadata value, name argument was given multiple times",
                    ));
                }
            }
            _ => return Err(Error::new([b"ERR Invalid metadata value given: ", &option[..]].concat())),
        }
    }
    let name = name.ok_or(Error::from_static("ERR Library name was not given"))?;
    if name.is_empty() || !name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(NAME_RULE);
    }
    let engine = engine.get(2..).unwrap_or_default();
    if !engine.eq_ignore_ascii_case(b"lua") {
        return Err(Error::new([b"ERR Engine '", engine, b"' not found"].concat()));
    }
    Ok((name, &code[end..]))
}

impl Scripting {
    /// Creates a library whose code still has to run.
    ///
    /// # Errors
    /// Returns an error if the first line is not valid, or if there is a library with this name that must not be
    /// replaced.
    pub(crate) fn new_library(&mut self, code: &[u8], change: LibraryChange) -> Result<Registration, Error> {
        let (name, source) = metadata(code)?;
        if change == LibraryChange::Add && self.libraries.contains_key(&name) {
            return Err(Error::new([b"ERR Library '", &name[..], b"' already exists"].concat()));
        }
        self.last_library += 1;
        Ok(Registration { id: self.last_library, name, code: code.into(), source: source.into() })
    }

    /// Adds a library whose code has run, and replaces a library with the same name.
    ///
    /// # Errors
    /// Returns an error if the library has no functions, or if another library has a function with the same name.
    pub(crate) fn add_library(
        &mut self,
        registration: Registration,
        functions: Vec<RegisteredFunction>,
    ) -> Result<(), Error> {
        if functions.is_empty() {
            return Err(Error::from_static("ERR No functions registered"));
        }
        let others = || self.libraries.values().filter(|library| library.name != registration.name);
        for function in &functions {
            if others().any(|library| library.functions.iter().any(|other| other.name == function.name)) {
                return Err(Error::new([b"ERR Function ", &function.name[..], b" already exists"].concat()));
            }
        }
        let Registration { id, name, code, source } = registration;
        self.libraries.insert(name.clone(), Library { id, name, code, source, functions });
        Ok(())
    }
}
