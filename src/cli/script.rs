//! `run`: runs a script, and prints its transcript or writes it as an SVG picture.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::args::Arguments;
use super::limits::TimeLimit;
use super::{Error, TRANSCRIPT_WIDTH, session_options};
use crate::lesson::progress::Progress;
use crate::messages::cli as messages;
use crate::render::Renderer;
use crate::render::svg::Svg;
use crate::render::theme::Theme;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::transcript::script::{self, OutputFormat};
use crate::user_files::{MAX_SCRIPT_BYTES, UserFiles, read_at_most, reason};

/// Width of a picture, in columns. Longer lines are wrapped.
const PICTURE_WIDTH: usize = 100;

/// Number of bytes that are read from the start of a file to decide whether it is an SVG picture. The picture's first
/// tag must begin within these bytes. Comments may precede it.
const MAX_PROLOGUE_BYTES: u64 = 4 << 10;

/// Runs a script, and prints its transcript. Returns the script's exit status.
pub fn run_script(arguments: &Arguments, file: &Path, json: bool, cli: bool) -> Result<i32, Error> {
    let source = read_script(file)?;
    let dialect = if cli { Dialect::Cli } else { Dialect::Python };
    let mut session = Session::new(session_options(arguments, Arc::default(), Progress::default(), dialect));
    session.limit_memory(arguments.session_memory_limit());
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), arguments.theme(false));
    let format = match (json, cli) {
        (true, _) => OutputFormat::Json,
        (false, true) => OutputFormat::Cli(renderer),
        (false, false) => OutputFormat::Transcript(renderer),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    Ok(script::run_script(&mut session, &source, format, TimeLimit::of_run(arguments.time_limit), &mut out)?)
}

/// Runs a script, and writes its transcript as an SVG picture. Returns the script's exit status.
pub fn draw_script(arguments: &Arguments, file: &Path, picture: &Path) -> Result<i32, Error> {
    let files = UserFiles::default();
    // If the user forgets the picture's path, as in `run --svg script.py`, the script's path is taken for the
    // picture's, and the script would be read from standard input. So the picture's path is checked before anything is
    // read.
    if picture.as_os_str() != "-" {
        require_picture(&files, picture)?;
    }
    let source = read_script(file)?;
    let mut session = Session::new(session_options(arguments, Arc::default(), Progress::default(), Dialect::Python));
    session.limit_memory(arguments.session_memory_limit());
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), Theme::Plain);
    let mut svg = Vec::new();
    let name = file.file_name().map_or_else(messages::standard_input, |name| name.to_string_lossy().into_owned());
    let format = OutputFormat::Picture(renderer, Svg::new(PICTURE_WIDTH), messages::picture_title(name));
    let time_limit = TimeLimit::of_run(arguments.time_limit);
    let status = script::run_script(&mut session, &source, format, time_limit, &mut svg)?;
    if picture.as_os_str() == "-" {
        io::stdout().lock().write_all(&svg)?;
    } else {
        files.write_document(picture, &svg).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::from(error),
            _ => Error::new(messages::cannot_write(picture.display(), reason(&error))),
        })?;
    }
    Ok(status)
}

/// Returns an error if the file at `path`, where a picture is to be written, cannot be read, or is neither blank nor a
/// picture. Such a file must not be overwritten.
fn require_picture(files: &UserFiles, path: &Path) -> Result<(), Error> {
    match files.read_start(path, MAX_PROLOGUE_BYTES) {
        Ok(start) if is_picture(&start) => Ok(()),
        Ok(_) => Err(Error::new(messages::not_a_picture(path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::new(messages::cannot_write(path.display(), reason(&error)))),
    }
}

/// Returns whether a file that starts with the given bytes is blank or an SVG picture: an XML document whose first
/// element is `svg`. `start` contains at most [`MAX_PROLOGUE_BYTES`].
fn is_picture(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        // If `start` has the maximum length, other content may follow the whitespace. The file then does not count as
        // blank.
        return (start.len() as u64) < MAX_PROLOGUE_BYTES;
    }
    let element = without_prologue(text);
    let rest = element.strip_prefix("<svg:svg").or_else(|| element.strip_prefix("<svg"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/'))
}

/// Skips everything before the first element of an XML document: the declaration, comments and the document type
/// declaration.
fn without_prologue(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let end = match text {
            _ if text.starts_with("<?") => "?>",
            _ if text.starts_with("<!--") => "-->",
            _ if text.starts_with("<!") => ">",
            _ => return text,
        };
        let Some(at) = text.find(end) else { return "" };
        text = &text[at + end.len()..];
    }
}

/// Reads a script from a file, or from standard input for `-`.
fn read_script(file: &Path) -> Result<String, Error> {
    let is_stdin = file.as_os_str() == "-";
    let name = if is_stdin { messages::standard_input() } else { file.display().to_string() };
    let result = if is_stdin {
        read_at_most(io::stdin(), MAX_SCRIPT_BYTES)
    } else {
        UserFiles::default().read_document(file, MAX_SCRIPT_BYTES)
    };
    let bytes = result.map_err(|e| Error::new(messages::cannot_read(&name, reason(&e))))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let before = &e.as_bytes()[..at];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
        let byte = e.as_bytes()[at];
        Error::new(messages::not_utf8(name, line, column, format_args!("{byte:#04x}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_file_and_a_picture_are_pictures() {
        for text in
            ["", " \n", "<svg xmlns='x'>", "\u{feff}<?xml version='1.0'?>\n<!-- by hand -->\n<svg>", "<svg:svg/>"]
        {
            assert!(is_picture(text.as_bytes()), "{text:?}");
        }
        let blanks = "\n".repeat(MAX_PROLOGUE_BYTES as usize);
        let page = "<!DOCTYPE html>\n<html><body><svg width='10'></svg></body></html>";
        for text in ["print('<svg>')", "GET a", "<html>", "x", "\0\0", "<svgs>", "<!-- <svg>", page, &blanks] {
            assert!(!is_picture(text.as_bytes()), "{text:?}");
        }
    }
}
