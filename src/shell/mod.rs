//! The terminal: a prompt to type at, real time, Ctrl-C.

mod busy;
mod colour;
mod complete;
mod editor;
mod history;
mod list;
mod live;
mod milestone;
mod place;
mod screen;
mod wait;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Instant;

use rustyline::EditMode;

use crate::driver::{Interrupts, Names, Stage, drive, write_new_file};
use crate::lesson::progress::Progress;
use crate::markup::{Role, Style, Text};
use crate::present::Presenter;
use crate::present::theme::Theme;
use crate::session::Session;
use crate::session::event::{Event, Prompt, Show};
use crate::session::standing::standings;
use crate::session::status::Status;
use busy::Busy;
use editor::{LineReader, Scene, Typed};
pub use list::{Chosen, choose};
use live::Live;
use milestone::Milestones;
use wait::Wait;

/// Texts are laid out no wider than this, however wide the terminal is.
const WIDEST: usize = 100;

/// The width where the terminal doesn't tell its own.
const USUAL_WIDTH: usize = 80;

/// How the terminal is used.
#[derive(Debug, Clone)]
pub struct Options {
    pub theme: Theme,
    pub plain: bool,
    pub ascii: bool,
    pub edit_mode: EditMode,
    /// Where to keep what was typed.
    pub history: Option<PathBuf>,
    /// Where progress is kept, as a message tells it after a panic.
    pub progress: Option<PathBuf>,
}

/// Sits down at the terminal, and stays to the end of the session.
///
/// # Errors
/// Those of the terminal; a Python that cannot be started.
pub fn sit(session: &mut Session, options: &Options, save: impl FnMut(&Progress) -> io::Result<()>) -> io::Result<i32> {
    let milestones = Milestones::new(standings(session.library(), session.progress()), session.progress().clone());
    let mut terminal = Terminal::new(options, milestones, save)?;
    terminal.welcome(session)?;
    let driven = drive(session, &mut terminal);
    if let Some(status) = terminal.modes.ended() {
        return Ok(status);
    }
    let status = driven?;
    terminal.farewell(session)?;
    Ok(status)
}

/// A terminal with somebody at it.
struct Terminal<S> {
    started: Instant,
    interrupts: Interrupts,
    modes: screen::Modes,
    presenter: Presenter,
    reader: LineReader,
    live: Live,
    save: S,
    /// The unfinished line that a program has written: the prompt follows it.
    unfinished: String,
    /// Typed while no prompt was there.
    ahead: String,
    wait: Option<Wait>,
    /// What was entered and has not come back to the prompt.
    busy: Option<Busy>,
    /// What was told before a prompt at last.
    status: Option<Status>,
    milestones: Milestones,
}

impl<S: FnMut(&Progress) -> io::Result<()>> Terminal<S> {
    fn new(options: &Options, milestones: Milestones, save: S) -> io::Result<Self> {
        let interrupts = Interrupts::listen()?;
        let place = options.progress.as_ref().map(|path| format!(" Your progress is safe, in {}.", path.display()));
        let last_words = format!(
            "This is a mistake in redis-tutor, not yours.{} Please report it: the lines above, and what you typed.",
            place.unwrap_or_default()
        );
        let waker = interrupts.clone();
        let modes = screen::Modes::keep(move || waker.raise(), last_words)?;
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let live = Live::default();
        let reader =
            if options.plain || is_dumb { LineReader::Plain } else { LineReader::editor(options, live.clone())? };
        let style = Style { width: USUAL_WIDTH, ascii: options.ascii, plain: options.plain, quoted: false };
        let presenter = Presenter::new(style, options.theme);
        let started = Instant::now();
        let mut terminal = Terminal {
            started,
            interrupts,
            modes,
            presenter,
            reader,
            live,
            save,
            unfinished: String::new(),
            ahead: String::new(),
            wait: None,
            busy: None,
            status: None,
            milestones,
        };
        terminal.measure();
        Ok(terminal)
    }

    /// Takes the terminal's width, which may have changed.
    fn measure(&mut self) {
        self.presenter.style.width = text_width();
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn say(&mut self, role: Role, markdown: &str) -> io::Result<()> {
        self.show(&Show::Text(Text::marked(role, markdown)))
    }

    /// A wait is over: what was typed meanwhile is for the next prompt.
    fn end_wait(&mut self) {
        if let Some(mut wait) = self.wait.take() {
            self.ahead.push_str(&wait.typed());
        }
    }

    /// What was entered has run: says how long that took, if it was long.
    fn tell_how_long(&mut self) -> io::Result<()> {
        let Some(mut busy) = self.busy.take() else { return Ok(()) };
        busy.hide()?;
        match busy.took() {
            Some(said) => self.say(Role::Muted, &said),
            None => Ok(()),
        }
    }

    /// Says where the learner stands, if that changed in a way that nothing else tells.
    fn tell_status(&mut self, session: &Session, prompt: &Prompt) -> io::Result<()> {
        if matches!(prompt, Prompt::Program { .. } | Prompt::Answer) {
            return Ok(());
        }
        let status = session.status();
        let before = self.status.replace(status.clone()).unwrap_or_default();
        if status.is_like(&before) {
            return Ok(());
        }
        self.unfinished.clear();
        let text = self.presenter.status(&status);
        self.write(&text)
    }

    /// All that one must know before the first lesson; later, where it goes on.
    fn welcome(&mut self, session: &Session) -> io::Result<()> {
        let is_new = session.progress().lessons.is_empty();
        let Some((lesson, step)) = session.place() else {
            let text =
                "`r` is a `redis.Redis()`. Type Python or redis-cli commands; `:help` tells more, Ctrl-D leaves.";
            return self.say(Role::Muted, text);
        };
        if is_new {
            return self.show(&Show::Text(crate::markup::parse(FIRST_START)));
        }
        if step > 1 {
            let text = format!("Going on with **{}**, step {step}. `:lessons` lists them all.", lesson.title);
            self.say(Role::Muted, &text)?;
        }
        Ok(())
    }

    fn farewell(&mut self, session: &Session) -> io::Result<()> {
        self.end_wait();
        let has_data = session.engine().keyspace.databases().iter().any(|database| !database.is_empty());
        match session.place() {
            Some((lesson, step)) => {
                let text = format!("Your place is kept: {}, step {step}.", lesson.title);
                self.say(Role::Muted, &text)
            }
            None if has_data => self.say(Role::Muted, "The data is gone: `play` keeps none."),
            None => Ok(()),
        }
    }
}

/// The columns of the terminal.
fn width() -> usize {
    screen::width().unwrap_or(USUAL_WIDTH)
}

/// The columns that texts are laid out to.
pub fn text_width() -> usize {
    width().min(WIDEST)
}

/// Shown once, before the first lesson.
const FIRST_START: &str = "\
Welcome. This is a Redis to try things on, and a tutor beside it.

- Type Python at `>>>`: `r` is a `redis.Redis()`. Lines of redis-cli work as well.
- Nothing can break, and any way that does the same counts.
- `:hint` helps, `:answer` shows a way, `:skip` types it for you.
- Enter on an empty line goes on once a step is done.
- Ctrl-C stops what runs. Ctrl-D leaves; your place is kept.";

impl<S: FnMut(&Progress) -> io::Result<()>> Stage for Terminal<S> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.end_wait();
        self.busy.as_mut().map_or(Ok(()), Busy::hide)?;
        self.measure();
        match show {
            Show::Output(text) | Show::Reply(text) | Show::Traceback(text) => {
                if let Some((_, last)) = text.rsplit_once('\n') {
                    self.unfinished.clear();
                    self.unfinished.push_str(last);
                } else {
                    self.unfinished.push_str(text);
                }
            }
            _ => self.unfinished.clear(),
        }
        let mut text = String::new();
        if let Show::Heading { title, place } = show
            && let Some(milestone) = self.milestones.before(title, place, self.presenter.style)
        {
            text.push_str(&self.presenter.show(&Show::Text(milestone)));
            text.push_str(&self.presenter.show(&Show::Gap));
        }
        text.push_str(&self.presenter.show(show));
        self.write(&text)
    }

    fn input(&mut self, session: &Session, prompt: &Prompt, names: &mut Names<'_>) -> io::Result<Event> {
        self.end_wait();
        self.tell_how_long()?;
        self.tell_status(session, prompt)?;
        let is_code = matches!(prompt, Prompt::Python { .. } | Prompt::Cli { .. });
        let mut text = String::new();
        loop {
            let shown = if text.is_empty() {
                // The line editor draws the whole line again, so that what stands on it already is part of its prompt.
                std::mem::take(&mut self.unfinished) + &prompt.text()
            } else {
                prompt.continuation()
            };
            let ahead = if text.is_empty() { std::mem::take(&mut self.ahead) } else { editor::indent_after(&text) };
            let scene = Scene { prompt: shown, before: text.clone(), dialect: session.dialect(), is_code };
            self.modes.at_prompt(true);
            let (live, reader, interrupts) = (&self.live, &mut self.reader, &self.interrupts);
            let typed = live.while_typing(session, names, || reader.read(scene, &ahead, interrupts));
            self.modes.at_prompt(false);
            // What was interrupted was the prompt alone.
            while self.interrupts.take() {}
            self.presenter.prompted();
            match typed? {
                Typed::Line(line) => {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&line);
                    // What was pasted or recalled at once needs no blank line to end its last block.
                    if line.contains('\n') && session.is_incomplete(&text) {
                        let ended = text.clone() + "\n";
                        text = if session.is_incomplete(&ended) { text } else { ended };
                    }
                    if !session.is_incomplete(&text) {
                        if is_code {
                            self.reader.remember(&text)?;
                        }
                        self.busy = Some(Busy::begin(matches!(self.reader, LineReader::Plain)));
                        return Ok(Event::Entered(text));
                    }
                }
                Typed::Interrupt if matches!(prompt, Prompt::Program { .. }) => return Ok(Event::Interrupt),
                Typed::Interrupt => text.clear(),
                Typed::End if text.is_empty() => return Ok(Event::EndOfInput),
                // The end of a block, as at Python's own prompt.
                Typed::End => return Ok(Event::Entered(text + "\n")),
            }
        }
    }

    fn wait(&mut self, session: &Session, deadline_us: Option<i64>) -> io::Result<Event> {
        // Who waits on purpose is not slow.
        if let Some(mut busy) = self.busy.take() {
            busy.hide()?;
        }
        let theme = self.presenter.theme;
        let style = self.presenter.style;
        let wait = match &mut self.wait {
            Some(wait) => wait,
            none @ None => {
                self.unfinished.clear();
                let end = self.presenter.line_end();
                io::stdout().lock().write_all(end.as_bytes())?;
                none.insert(Wait::begin(matches!(self.reader, LineReader::Plain))?)
            }
        };
        let left_us = deadline_us.map(|at| at - session.engine().keyspace.now_us());
        let happened = wait.look(&session.waits(), left_us, (theme, style), &self.interrupts)?;
        let event = match happened {
            wait::Happened::Nothing => return Ok(Event::Elapsed { us: self.elapsed_us().unwrap_or_default() }),
            wait::Happened::Interrupt => Event::Interrupt,
            wait::Happened::Enter => Event::Entered(String::new()),
            wait::Happened::End => Event::EndOfInput,
        };
        self.end_wait();
        Ok(event)
    }

    fn elapsed_us(&self) -> Option<i64> {
        i64::try_from(self.started.elapsed().as_micros()).ok()
    }

    fn looks_on(&self) -> bool {
        self.busy.is_some()
    }

    fn computing(&mut self) -> io::Result<()> {
        // A line that a program has begun is not to be written over.
        match &mut self.busy {
            Some(busy) if self.unfinished.is_empty() => busy.look(self.presenter.theme, self.presenter.style),
            Some(_) | None => Ok(()),
        }
    }

    fn interrupts(&self) -> Option<&Interrupts> {
        Some(&self.interrupts)
    }

    fn ended(&self) -> bool {
        self.modes.ended().is_some()
    }

    fn write_file(&mut self, path: &str, text: &str) -> Option<String> {
        write_new_file(path, text)
    }

    fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        self.milestones.heard(progress);
        (self.save)(progress)
    }
}
