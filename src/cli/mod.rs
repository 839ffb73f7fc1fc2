//! The command line: the arguments, and the implementation of each subcommand. This module also prints the errors that
//! subcommands return.

mod args;
mod authoring;
mod check;
mod doctor;
mod learn;
mod lesson_files;
#[cfg(test)]
mod lesson_schema_test;
mod licenses;
mod limits;
mod manual;
mod output;
mod progress;
mod script;
mod serve;
mod sheet;
mod theme;

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use crate::lesson::format;
use crate::lesson::library::{self, Library};
use crate::lesson::progress::Progress;
use crate::markup::{Style, first_hidden};
use crate::messages::cli as messages;
use crate::render::Renderer;
use crate::session::dialect::Dialect;
use crate::session::display::lesson_status::lesson_statuses;
use crate::session::event::Show;
use crate::session::{MEMORY_LIMIT, Options};
use crate::shell;
use crate::user_files::reason;
use args::{Arguments, Command};
use learn::Start;
use progress::read_progress;
use redis_server::now_us;

/// The exit status after a panic, the same as in other Rust programs.
const PANIC_STATUS: i32 = 101;

/// The exit status if the reader of standard output has closed the pipe. It is the status that a shell reports for a
/// program killed by SIGPIPE. It is not 0, because the output is incomplete.
const BROKEN_PIPE_STATUS: u8 = 128 + 13;

/// Width of a transcript, in columns.
const TRANSCRIPT_WIDTH: usize = 80;

/// An error that ends the program. It contains a message for the user, or `None` if standard output was closed, which
/// needs no message.
struct Error(Option<String>);

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Error(Some(message.into()))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error(None),
            // An error about the user's files carries its own message. An error without one is about standard output.
            io::ErrorKind::StorageFull if error.get_ref().is_none() => {
                Error::new(messages::cannot_write(messages::standard_output(), reason(&error)))
            }
            _ => Error::new(reason(&error)),
        }
    }
}

/// Runs the program, and returns its exit status.
pub fn main() -> ExitCode {
    exit_on_panic();
    survive_file_size_limit();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refusal) => return report_refusal(&refusal),
    };
    exit_code_of(run(&arguments))
}

/// Prints the subcommand's error, if there is one, and returns the program's exit status.
fn exit_code_of(result: Result<i32, Error>) -> ExitCode {
    match result {
        Ok(status) => ExitCode::from(u8::try_from(status & 0xff).unwrap_or(1)),
        Err(Error(Some(message))) => {
            output::print_message(&messages::error(message));
            ExitCode::from(1)
        }
        Err(Error(None)) => ExitCode::from(BROKEN_PIPE_STATUS),
    }
}

/// Makes a panic on any thread end the program with the exit status of a panic. A release build does not unwind, so
/// without this hook the program would end with a signal, and might leave a core dump.
fn exit_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::exit(PANIC_STATUS);
    }));
}

/// Makes a write that exceeds the file size limit (`ulimit -f`) fail like a write to a full disk. Without a handler,
/// the signal SIGXFSZ would end the program.
fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        // The handler only sets a flag that is never read. If the handler cannot be installed, the program still works
        // within the limit.
        drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()));
    }
}

/// Prints the help text, the version, or the reason why the arguments were rejected. A rejected argument may be a file
/// name that the shell expanded from a pattern such as `*`, so hidden characters are made visible.
fn report_refusal(refusal: &clap::Error) -> ExitCode {
    let text = refusal.render().to_string();
    if first_hidden(&text).is_some() {
        output::print_message(text.trim_end());
    } else if let Err(error) = refusal.print()
        && !refusal.use_stderr()
    {
        return exit_code_of(Err(Error::from(error)));
    }
    ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2))
}

/// Runs the subcommand that was given, and returns its exit status. Without a subcommand, resumes the course.
fn run(arguments: &Arguments) -> Result<i32, Error> {
    match &arguments.command {
        Some(Command::Run { svg: Some(picture), file, .. }) => script::draw_script(arguments, file, picture),
        Some(Command::Run { json, cli, file, .. }) => script::run_script(arguments, file, *json, *cli),
        Some(Command::Play) => learn::run_session(arguments, &Start::Prompt, None),
        Some(Command::Learn { lesson, watch }) => {
            let watch = learn::watch_for(lesson.as_deref(), *watch)?;
            learn::run_session(arguments, &Start::Lesson(lesson.as_deref()), watch)
        }
        Some(Command::FastTrack) => learn::run_session(arguments, &Start::FastTrack, None),
        Some(Command::Review) => learn::run_session(arguments, &Start::Practice, None),
        Some(Command::Sheet { lesson }) => sheet::print_sheets(arguments, lesson.as_deref()),
        Some(Command::Lessons) => list_lessons(arguments),
        Some(Command::Check { quick, tries, paths }) => check::check_lessons(arguments, paths, tries, *quick),
        Some(Command::Transcript { file, width }) => authoring::print_transcript(arguments, file, *width),
        Some(Command::New { path }) => authoring::write_new_lesson(path),
        Some(Command::Serve(options)) => serve::serve(arguments, options),
        Some(Command::Doctor) => doctor::examine(arguments),
        Some(Command::Licenses) => licenses::print_licenses(),
        Some(Command::Completions { shell }) => manual::print_completions(*shell),
        Some(Command::Man { command }) => manual::print_manual(command.as_deref()),
        None => learn::run_session(arguments, &Start::Lesson(None), None),
    }
}

fn session_options(arguments: &Arguments, library: Arc<Library>, progress: Progress, dialect: Dialect) -> Options {
    let start_us = now_us();
    let seed = arguments.seed.unwrap_or(start_us.cast_unsigned());
    Options { seed, start_us, dialect, library, progress }
}

impl Arguments {
    fn style(&self, width: usize) -> Style {
        Style { width, ascii: self.ascii, plain: self.plain, quoted: false }
    }

    /// Returns the limit, in bytes, on the memory used by the data of a session, a script or one try in `check`. 0
    /// means no limit.
    fn session_memory_limit(&self) -> u64 {
        self.memory_limit.unwrap_or(MEMORY_LIMIT)
    }
}

/// Prints the lessons with the learner's progress, and lists the built-in lessons that `--lessons` replaces. Returns
/// the exit status 0.
fn list_lessons(arguments: &Arguments) -> Result<i32, Error> {
    let library = lesson_files::read_library(arguments)?;
    let progress = read_progress(arguments)?;
    let is_terminal = io::stdout().is_terminal();
    let width = if is_terminal { shell::text_width() } else { TRANSCRIPT_WIDTH };
    let mut renderer = Renderer::new(arguments.style(width), arguments.theme(is_terminal));
    let text = renderer.render(&Show::Lessons(lesson_statuses(&library, &progress)));
    io::stdout().lock().write_all(text.as_bytes())?;
    let sources = arguments.lessons.as_deref().map(lesson_files::read_folder).transpose()?;
    for source in sources.unwrap_or_default() {
        let id = format::parse(&source.text).map(|lesson| lesson.id.into_inner()).unwrap_or_default();
        if check::replaced_lesson(&source.name, &id, &library::built_in()).is_some() {
            output::print_line(&messages::replaces_built_in(id, &source.name))?;
        }
    }
    Ok(0)
}
