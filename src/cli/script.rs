//! `run`: runs a script, and prints a transcript or draws a picture of it.

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

/// Column at which the lines of a picture are broken.
const PICTURE_WIDTH: usize = 100;

/// Runs a script, and prints its transcript.
pub fn run_script(arguments: &Arguments, file: &Path, json: bool, cli: bool) -> Result<i32, Error> {
    let source = read_script(file)?;
    let dialect = if cli { Dialect::Cli } else { Dialect::Python };
    let mut session = Session::new(session_options(arguments, Arc::default(), Progress::default(), dialect));
    session.limit_memory(arguments.memory_limit);
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), arguments.theme(false));
    let format = match (json, cli) {
        (true, _) => OutputFormat::Json,
        (false, true) => OutputFormat::Cli(renderer),
        (false, false) => OutputFormat::Transcript(renderer),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    Ok(script::run_script(&mut session, &source, format, TimeLimit::of_run(arguments.time_limit), &mut out)?)
}

/// Runs a script, and writes its transcript as a picture.
pub fn draw_script(arguments: &Arguments, file: &Path, picture: &Path) -> Result<i32, Error> {
    let source = read_script(file)?;
    let mut session = Session::new(session_options(arguments, Arc::default(), Progress::default(), Dialect::Python));
    session.limit_memory(arguments.memory_limit);
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), Theme::Plain);
    let mut svg = Vec::new();
    let name = file.file_name().map_or_else(messages::standard_input, |name| name.to_string_lossy().into_owned());
    let format = OutputFormat::Picture(renderer, Svg::new(PICTURE_WIDTH), messages::picture_title(name));
    let time_limit = TimeLimit::of_run(arguments.time_limit);
    let status = script::run_script(&mut session, &source, format, time_limit, &mut svg)?;
    if picture.as_os_str() == "-" {
        io::stdout().lock().write_all(&svg)?;
    } else {
        let written = UserFiles::default().write_document(picture, &svg);
        written.map_err(|e| Error::new(messages::cannot_write(picture.display(), reason(&e))))?;
    }
    Ok(status)
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
