//! The command line: arguments, and what each subcommand does. Errors are printed once, here.

mod args;
mod author;
mod colours;
mod files;
mod learned;
mod pages;
#[cfg(test)]
mod schema;

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use crate::driver::LessonWatcher;
use crate::lesson::format::{self, Diagnostic};
use crate::lesson::library::{self, Library, Source};
use crate::lesson::progress::Progress;
use crate::markup::Style;
use crate::render::Renderer;
use crate::render::svg::Svg;
use crate::render::theme::Theme;
use crate::session::dialect::Dialect;
use crate::session::event::Show;
use crate::session::lesson_status::lesson_statuses;
use crate::session::wire::counted;
use crate::session::{Options, Session};
use crate::shell;
use crate::transcript::script::{self, OutputFormat};
use crate::transcript::{pipe, prove};
use args::{Arguments, Command, Serve};
use files::ProgressFile;
use redis_server::now_us;

/// The columns of a transcript.
const TRANSCRIPT_WIDTH: usize = 80;

/// Where the lines of a picture are broken.
const PICTURE_WIDTH: usize = 100;

/// What went wrong, for people: a sentence that says what to do. None: whoever reads has heard enough.
struct Failed(Option<String>);

impl Failed {
    fn saying(message: impl Into<String>) -> Self {
        Failed(Some(message.into()))
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed((error.kind() != io::ErrorKind::BrokenPipe).then(|| error.to_string()))
    }
}

/// Runs the program, and says with which status it ends.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(&arguments) {
        Ok(status) => ExitCode::from(u8::try_from(status & 0xff).unwrap_or(1)),
        Err(Failed(Some(message))) => {
            eprintln!("redis-tutor: {message}");
            ExitCode::from(1)
        }
        Err(Failed(None)) => ExitCode::SUCCESS,
    }
}

fn perform(arguments: &Arguments) -> Result<i32, Failed> {
    match &arguments.command {
        Some(Command::Run { svg: Some(picture), file, .. }) => picture_of(arguments, file, picture),
        Some(Command::Run { json, cli, file, .. }) => run_script(arguments, file, *json, *cli),
        Some(Command::Play) => sit(arguments, &Opening::Prompt, None),
        Some(Command::Learn { lesson, watch }) => {
            sit(arguments, &Opening::Lesson(lesson.as_deref()), watched(lesson.as_deref(), *watch)?)
        }
        Some(Command::Review) => sit(arguments, &Opening::Practice, None),
        Some(Command::Sheet { lesson }) => learned::sheet(arguments, lesson.as_deref()),
        Some(Command::Lessons) => list_lessons(arguments),
        Some(Command::Check { paths }) => check(paths),
        Some(Command::Transcript { file, width }) => author::transcript(arguments, file, *width),
        Some(Command::New { path }) => author::new_lesson(path),
        Some(Command::Serve(options)) => serve(arguments, options),
        Some(Command::Completions { shell }) => {
            pages::completions(*shell, &mut io::stdout().lock())?;
            Ok(0)
        }
        Some(Command::Man { command }) => manual(command.as_deref()),
        None => sit(arguments, &Opening::Lesson(None), None),
    }
}

fn options(arguments: &Arguments, library: Arc<Library>, progress: Progress, dialect: Dialect) -> Options {
    let start_us = now_us();
    let seed = arguments.seed.unwrap_or(start_us.cast_unsigned());
    Options { seed, start_us, dialect, library, progress }
}

impl Arguments {
    fn style(&self, width: usize) -> Style {
        Style { width, ascii: self.ascii, plain: self.plain, quoted: false }
    }
}

/// Reads a text file, or standard input for `-`.
fn read_text(file: &Path) -> Result<String, Failed> {
    let is_stdin = file.as_os_str() == "-";
    let name = if is_stdin { "standard input".to_owned() } else { file.display().to_string() };
    let mut bytes = Vec::new();
    let read =
        if is_stdin { io::stdin().read_to_end(&mut bytes).map(|_| ()) } else { std::fs::read(file).map(|b| bytes = b) };
    read.map_err(|e| Failed::saying(format!("{name} cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let before = &e.as_bytes()[..at];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
        let byte = e.as_bytes()[at];
        Failed::saying(format!("{name}, line {line}, byte {column}: {byte:#04x} is not UTF-8. Save the file as UTF-8, and nothing has run so far."))
    })
}

fn run_script(arguments: &Arguments, file: &Path, json: bool, cli: bool) -> Result<i32, Failed> {
    let source = read_text(file)?;
    let dialect = if cli { Dialect::Cli } else { Dialect::Python };
    let mut session = Session::new(options(arguments, Arc::default(), Progress::default(), dialect));
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), arguments.theme(false));
    let format = match (json, cli) {
        (true, _) => OutputFormat::Json,
        (false, true) => OutputFormat::Cli(renderer),
        (false, false) => OutputFormat::Transcript(renderer),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    Ok(script::run_script(&mut session, &source, format, &mut out)?)
}

/// Runs a script, and writes its transcript as a picture.
fn picture_of(arguments: &Arguments, file: &Path, picture: &Path) -> Result<i32, Failed> {
    let source = read_text(file)?;
    let mut session = Session::new(options(arguments, Arc::default(), Progress::default(), Dialect::Python));
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), Theme::Plain);
    let mut drawn = Vec::new();
    let name = file.file_name().map_or_else(|| "standard input".into(), |name| name.to_string_lossy());
    let title = format!("redis-tutor runs {name}");
    let format = OutputFormat::Picture(renderer, Svg::new(PICTURE_WIDTH), title);
    let status = script::run_script(&mut session, &source, format, &mut drawn)?;
    if picture.as_os_str() == "-" {
        io::stdout().lock().write_all(&drawn)?;
    } else {
        let failed = |e: io::Error| Failed::saying(format!("{} cannot be written: {e}", picture.display()));
        std::fs::write(picture, &drawn).map_err(failed)?;
    }
    Ok(status)
}

/// Prints a manual page.
fn manual(command: Option<&str>) -> Result<i32, Failed> {
    pages::manual(command, &mut io::stdout().lock())?.map_err(|names| {
        let name = command.unwrap_or_default();
        Failed::saying(format!("there is no command '{name}'. There are: {}.", names.join(", ")))
    })?;
    Ok(0)
}

/// The lessons built in, and those of `--lessons`.
fn library(arguments: &Arguments) -> Result<Arc<Library>, Failed> {
    let mut sources = library::built_in();
    if let Some(folder) = &arguments.lessons {
        sources.extend(files::lessons_in(folder)?);
    }
    let library = Library::read(&sources).map_err(|(source, fault)| Failed::saying(source.told(&fault)))?;
    Ok(Arc::new(library))
}

/// What a sitting begins with.
enum Opening<'a> {
    /// The prompt alone.
    Prompt,
    /// A lesson by its name, number or file; none: the one that is to go on.
    Lesson(Option<&'a str>),
    /// Tasks from finished steps.
    Practice,
}

/// A sitting: at a prompt alone, in a lesson, or to practise.
fn sit(arguments: &Arguments, opening: &Opening, watch: Option<LessonWatcher>) -> Result<i32, Failed> {
    let mut library = library(arguments)?;
    let mut id = None;
    if let Opening::Lesson(Some(place)) = *opening
        && let Some((file, step)) = file_and_step(place)
    {
        let source = files::lesson_file(Path::new(file))?;
        let read = source.lesson().map_err(Failed::saying)?;
        id = Some(format!("{}{step}", read.id.get_ref()));
        Arc::make_mut(&mut library).add(Arc::new(read));
    }
    let mut file = ProgressFile::open(arguments)?;
    let theme = arguments.theme(io::stdout().is_terminal());
    let seat = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        Some(shell::TerminalSession::take(shell::Options {
            theme,
            plain: arguments.plain,
            ascii: arguments.ascii,
            edit_mode: arguments.edit_mode.into(),
            history: files::history_file(),
            progress: file.path().map(Path::to_owned),
            watch: watch.clone(),
        })?)
    } else {
        None
    };
    // Who comes for the first time goes straight into the first lesson.
    if let Some(seat) = &seat
        && arguments.command.is_none()
        && !file.progress.lessons.is_empty()
    {
        match seat.choose(&lesson_statuses(&library, &file.progress))? {
            shell::Chosen::Lesson(chosen) => id = Some(chosen),
            shell::Chosen::Nothing => return Ok(0),
        }
    }
    let mut session = Session::new(options(arguments, library.clone(), file.progress.clone(), Dialect::Both));
    match *opening {
        Opening::Prompt => {}
        Opening::Lesson(name) => open(&mut session, &library, &file.progress, id.as_deref().or(name))?,
        Opening::Practice => match learned::due(&library, &file.progress, now_us() / 1_000_000) {
            Ok(steps) => session.review(steps),
            Err(nothing) => {
                writeln!(io::stdout().lock(), "{nothing}")?;
                return Ok(0);
            }
        },
    }
    if let Some(seat) = seat {
        return Ok(seat.sit(&mut session, |progress| file.save(progress))?);
    }
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), theme);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut source = pipe::PipeInput { reader: io::stdin().lock(), watcher: watch };
    let status = pipe::run_pipe(&mut session, &mut source, renderer, &mut out, |progress| file.save(progress))?;
    out.flush()?;
    Ok(status)
}

/// A lesson's file, and what follows it: `/STEP`, or nothing.
fn file_and_step(place: &str) -> Option<(&str, &str)> {
    let end = if place.ends_with(".toml") { place.len() } else { place.rfind(".toml/")? + ".toml".len() };
    Some(place.split_at(end))
}

/// The file that `--watch` looks at.
fn watched(lesson: Option<&str>, watch: bool) -> Result<Option<LessonWatcher>, Failed> {
    match lesson {
        _ if !watch => Ok(None),
        Some(place) if let Some((file, _)) = file_and_step(place) => Ok(Some(LessonWatcher::new(Path::new(file)))),
        _ => Err(Failed::saying("--watch looks at a lesson's file: redis-tutor learn my-lesson.toml --watch")),
    }
}

/// Opens the lesson that was asked for, or the one to go on with.
fn open(session: &mut Session, library: &Library, progress: &Progress, place: Option<&str>) -> Result<(), Failed> {
    let (name, step) = match place {
        Some(place) => place.split_once('/').map_or((place, None), |(name, step)| (name, Some(step))),
        None => {
            let current = progress.current.as_deref().filter(|id| library.find(id).is_some());
            let first = library.lessons.first().map(|lesson| lesson.id.get_ref().as_str());
            (current.or(first).unwrap_or_default(), None)
        }
    };
    let Some(lesson) = library.find(name) else {
        let meant = library.nearest(name).map(|id| format!(" Did you mean '{id}'?")).unwrap_or_default();
        return Err(Failed::saying(format!("there is no lesson '{name}'.{meant} `redis-tutor lessons` lists them.")));
    };
    let known = progress.lessons.get(lesson.id.get_ref());
    if step.is_none() && known.is_some_and(|known| known.end_is_due) {
        session.open_at_end(lesson.clone());
        return Ok(());
    }
    let known = known.and_then(|known| known.step.as_deref());
    let index_of = |id: &str| lesson.steps.iter().position(|s| s.id.get_ref() == id);
    let index = match step {
        Some(step) => index_of(step)
            .or_else(|| step.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < lesson.steps.len()))
            .ok_or_else(|| {
                let ids: Vec<_> = lesson.steps.iter().map(|s| s.id.get_ref().as_str()).collect();
                Failed::saying(format!("lesson '{name}' has no step '{step}'. It has: {}.", ids.join(", ")))
            })?,
        None => known.and_then(index_of).unwrap_or(0),
    };
    session.open(lesson.clone(), index);
    Ok(())
}

/// Serves the engine until Ctrl-C.
fn serve(arguments: &Arguments, serve: &Serve) -> Result<i32, Failed> {
    let options = redis_server::Options {
        host: serve.host.clone(),
        port: serve.port,
        password: serve.password.clone(),
        seed: arguments.seed.unwrap_or(now_us().cast_unsigned()),
        debug: serve.debug.into(),
    };
    let ready = |address| eprintln!("redis-tutor: listening on {address}. Ctrl-C ends it.");
    redis_server::serve(&options, ready).map_err(|e| Failed::saying(e.to_string()))?;
    Ok(0)
}

/// Proves lessons, and prints what is wrong with them.
fn check(paths: &[PathBuf]) -> Result<i32, Failed> {
    let mut sources = Vec::new();
    for path in paths {
        if path.is_dir() {
            sources.extend(files::lessons_in(path)?);
        } else {
            sources.push(files::lesson_file(path)?);
        }
    }
    let built_in = if paths.is_empty() { Vec::new() } else { library::built_in() };
    if paths.is_empty() {
        sources = library::built_in();
    }
    let mut out = io::stdout().lock();
    let (mut faults, mut tries, mut ids) = (0, 0, Vec::<(String, String)>::new());
    for source in &sources {
        let mut advice = Vec::new();
        let found = match format::parse(&source.text) {
            Err(fault) => vec![fault],
            Ok(lesson) => {
                let id = lesson.id.get_ref().clone();
                let at = Some(lesson.id.span().start);
                let proof = prove::prove(&Arc::new(lesson))?;
                tries += proof.tries;
                advice = proof.advice;
                advice.extend(takes_a_place(&source.name, &id, &built_in).map(|message| Diagnostic::new(at, message)));
                let mut found = proof.faults;
                if let Some((_, other)) = ids.iter().find(|(known, _)| *known == id) {
                    let message =
                        format!("the id \"{id}\" is {other}'s already: progress refers to it, so name them apart");
                    found.insert(0, Diagnostic::new(at, message));
                }
                ids.push((id, source.name.clone()));
                found
            }
        };
        for fault in &found {
            writeln!(out, "{}", source.told(fault))?;
        }
        for advice in &advice {
            writeln!(out, "{} (advice)", source.told(advice))?;
        }
        faults += found.len();
    }
    let lessons = counted(sources.len(), "lesson");
    let tries = if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") };
    writeln!(out, "{lessons}, {tries}, {}", counted(faults, "fault"))?;
    Ok(i32::from(faults > 0))
}

/// Says so if a lesson has the id of one that is built in, and is another file than that.
fn takes_a_place(name: &str, id: &str, built_in: &[Source]) -> Option<String> {
    let file = |name: &str| Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let has_id = |source: &&Source| format::parse(&source.text).is_ok_and(|lesson| lesson.id.get_ref() == id);
    let other = built_in.iter().find(has_id).filter(|other| file(&other.name) != file(name))?;
    Some(format!(
        "{} is built in, and has the id \"{id}\" as well: with `--lessons` this one takes its place. Give it an id of its own, or mean it",
        other.name
    ))
}

fn list_lessons(arguments: &Arguments) -> Result<i32, Failed> {
    let library = library(arguments)?;
    let progress = ProgressFile::open(arguments)?.progress;
    let is_terminal = io::stdout().is_terminal();
    let width = if is_terminal { shell::text_width() } else { TRANSCRIPT_WIDTH };
    let mut renderer = Renderer::new(arguments.style(width), arguments.theme(is_terminal));
    let text = renderer.render(&Show::Lessons(lesson_statuses(&library, &progress)));
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    for source in arguments.lessons.as_deref().map(files::lessons_in).transpose()?.unwrap_or_default() {
        let id = format::parse(&source.text).map(|lesson| lesson.id.into_inner()).unwrap_or_default();
        if takes_a_place(&source.name, &id, &library::built_in()).is_some() {
            writeln!(out, "{id} is {}, in place of the lesson built in.", source.name)?;
        }
    }
    Ok(0)
}
