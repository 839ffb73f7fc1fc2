//! The terminal: a prompt to type at, real time, Ctrl-C.

mod busy;
mod colour;
mod complete;
mod completion_context;
mod editor;
mod external_editor;
mod hint;
mod history;
mod list;
mod live;
mod milestone;
mod page;
mod panic_report;
mod screen;
mod usage;
mod wait;

use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustyline::EditMode;

use crate::driver::{Frontend, Host, Interrupts, LessonWatcher, WakeReason, drive, write_new_file};
use crate::lesson::format::Lesson;
use crate::lesson::judge::code;
use crate::lesson::progress::Progress;
use crate::markup::{Role, Style, Text};
use crate::render::theme::Theme;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::session::event::{Event, Need, Prompt, Show};
use crate::session::lesson_status::lesson_statuses;
use crate::session::status::Status;
use busy::Busy;
use editor::{LineReader, PlainReader, Scene, Typed};
use external_editor::Edited;
pub use list::Chosen;
use live::Live;
use milestone::Milestones;
use page::Page;
use python_kernel::syntax;
use wait::Wait;

/// Texts are laid out no wider than this, however wide the terminal is.
const WIDEST: usize = 100;

/// A watched file is looked at so often.
const LOOKS_EVERY: Duration = Duration::from_millis(200);

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
    /// A lesson's file that is looked at while nobody types.
    pub watch: Option<LessonWatcher>,
}

impl Options {
    /// Whether nothing that stands on the screen may be drawn again: it was asked for, or the terminal cannot.
    fn appends_only(&self) -> bool {
        self.plain || std::env::var_os("TERM").is_none_or(|term| term == "dumb")
    }
}

/// A place at the terminal, which from here on is set right again however the program ends.
#[derive(Debug)]
pub struct TerminalSession {
    options: Options,
    interrupts: Interrupts,
    modes: screen::Modes,
}

impl TerminalSession {
    /// Once in a process.
    ///
    /// # Errors
    /// Standard input is no terminal; signals cannot be listened for.
    pub fn take(options: Options) -> io::Result<Self> {
        let interrupts = Interrupts::from_ctrl_c()?;
        let reader = if options.appends_only() { screen::Reader::Terminal } else { screen::Reader::Editor };
        let (waker, progress) = (interrupts.clone(), options.progress.clone());
        let report = move |panic: &PanicHookInfo<'_>| panic_report::report(panic, progress.as_deref());
        let modes = screen::Modes::keep(reader, move || waker.raise(), report)?;
        Ok(TerminalSession { options, interrupts, modes })
    }

    /// Stays to the end of the session.
    ///
    /// # Errors
    /// Those of the terminal; a Python that cannot be started.
    pub fn sit(self, session: &mut Session, save: impl FnMut(&Progress) -> io::Result<()> + Send) -> io::Result<i32> {
        let milestones =
            Milestones::new(lesson_statuses(session.library(), session.progress()), session.progress().clone());
        let mut terminal = Terminal::new(self, milestones, save)?;
        terminal.welcome(session)?;
        let driven = drive(session, &mut terminal);
        if let Some(status) = terminal.modes.ended() {
            return Ok(status);
        }
        let status = driven?;
        terminal.farewell(session)?;
        Ok(status)
    }
}

/// A terminal with somebody at it.
struct Terminal<S> {
    started: Instant,
    interrupts: Interrupts,
    /// It is dropped before `modes`, which has the last word.
    wait: Option<Wait>,
    modes: screen::Modes,
    page: Page<S>,
    reader: LineReader,
    live: Live,
    /// The unfinished line that a program has written: the prompt follows it.
    unfinished: String,
    /// What the next prompt's line has on it already.
    ahead: String,
    watch: Option<LessonWatcher>,
    /// What was entered and has not come back to the prompt.
    busy: Option<Busy>,
    /// What was told before a prompt at last.
    status: Option<Status>,
}

impl<S: FnMut(&Progress) -> io::Result<()> + Send> Terminal<S> {
    fn new(seat: TerminalSession, milestones: Milestones, save: S) -> io::Result<Self> {
        let TerminalSession { options, interrupts, modes } = seat;
        let live = Live::new()?;
        let reader = if options.appends_only() {
            LineReader::Plain(PlainReader::default())
        } else {
            LineReader::editor(&options, live.clone())?
        };
        let style = Style { width: USUAL_WIDTH, ascii: options.ascii, plain: options.plain, quoted: false };
        Ok(Terminal {
            started: Instant::now(),
            interrupts,
            modes,
            page: Page::new(style, options.theme, milestones, save),
            reader,
            live,
            unfinished: String::new(),
            ahead: String::new(),
            wait: None,
            watch: options.watch,
            busy: None,
            status: None,
        })
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Looks at the lesson's file until a key is pressed: what was saved meanwhile. A line editor that reads cannot be
    /// called away, so it is not begun before there is something to edit. What it has taken in of several lines at
    /// once waits for the next key.
    fn look_out(&mut self, prompt: &str) -> io::Result<Option<Result<Arc<Lesson>, String>>> {
        let Some(watch) = &mut self.watch else { return Ok(None) };
        if self.reader.is_plain() {
            return Ok(watch.reload_if_saved());
        }
        let keys = screen::Keys::watch()?;
        let mut out = io::stdout().lock();
        write!(out, "{}", self.page.look().0.paint(Role::Prompt, prompt))?;
        out.flush()?;
        let saved = loop {
            if let Some(saved) = watch.reload_if_saved() {
                break Some(saved);
            }
            match self.interrupts.wait_with_stdin(LOOKS_EVERY, None)? {
                WakeReason::Other if self.modes.ended().is_none() => {}
                _ => break None,
            }
        };
        drop(keys);
        write!(out, "\r\x1b[K")?;
        out.flush()?;
        Ok(saved)
    }

    fn say(&mut self, role: Role, markdown: &str) -> io::Result<()> {
        self.show(&Show::Text(Text::from_markdown(role, markdown)))
    }

    /// Reads a line, and lets all that is behind the prompt go on meanwhile.
    fn read(&mut self, host: &mut Host<'_>, scene: Scene, ahead: &str) -> io::Result<Typed> {
        let Terminal { started, interrupts, page, reader, live, .. } = self;
        let mut above = reader.above(&scene.prompt);
        let go_on = |host: &mut Host<'_>, wake: &Interrupts| {
            let went = host.advance(microseconds(*started), wake)?;
            let mut text = String::new();
            host.perform_effects(|effect| page.above_prompt(effect, &mut text))?;
            if !text.is_empty() {
                text.push_str(page.line_end());
            }
            above.print(text)?;
            Ok(went)
        };
        live.while_typing(host, go_on, || reader.read(scene, ahead, interrupts))?
    }

    /// Says which bracket keeps an input from its end; whether there is one.
    fn tell_of_bracket(&mut self, text: &str) -> io::Result<bool> {
        let Some(place) = syntax::last_open_bracket(text) else { return Ok(false) };
        let line = text[..=place].rsplit('\n').next().unwrap_or_default().trim_start();
        let closing = match text.as_bytes()[place] {
            b'(' => ")",
            b'[' => "]",
            _ => "}",
        };
        let told = format!("{} is still open: `{closing}` closes it, Ctrl-C drops the line.", code(line));
        let shown = self.page.show(&Show::Text(Text::from_markdown(Role::Muted, &told)));
        self.write(&shown)?;
        Ok(true)
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
        let text = self.page.status(&status);
        self.write(&text)
    }

    /// All that one must know before the first lesson; later, where it goes on.
    fn welcome(&mut self, session: &Session) -> io::Result<()> {
        if session.is_practice() {
            return Ok(());
        }
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

    /// Lets an editor of the learner's change what is typed, which is then at the prompt again.
    fn edit_outside(&mut self, text: String, dialect: Dialect) -> io::Result<()> {
        let extension = if dialect == Dialect::Cli { "redis" } else { "py" };
        self.ahead = match self.modes.lend(|| external_editor::edit(&text, &external_editor::editor(), extension))? {
            Edited::Text(text) => text,
            Edited::Not(reason) => {
                self.say(Role::Error, &reason)?;
                text
            }
        };
        Ok(())
    }

    fn farewell(&mut self, session: &Session) -> io::Result<()> {
        self.wait = None;
        let has_data = session.engine().keyspace.databases().iter().any(|database| !database.is_empty());
        match session.place() {
            Some(_) if session.is_practice() => self.say(Role::Muted, "What you practised is kept."),
            Some((lesson, step)) => {
                let text = format!("Your place is kept: {}, step {step}.", lesson.title);
                self.say(Role::Muted, &text)
            }
            None if has_data => self.say(Role::Muted, "The data is gone: `play` keeps none."),
            None => Ok(()),
        }
    }
}

/// A block with one more line.
fn joined(mut block: String, line: &str) -> String {
    if !block.is_empty() {
        block.push('\n');
    }
    block.push_str(line);
    block
}

/// The real time since then.
fn microseconds(started: Instant) -> i64 {
    i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX)
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

impl<S: FnMut(&Progress) -> io::Result<()> + Send> Frontend for Terminal<S> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.wait = None;
        self.busy.as_mut().map_or(Ok(()), Busy::hide)?;
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
        let text = self.page.show(show);
        self.write(&text)
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        self.wait = None;
        self.tell_how_long()?;
        self.tell_status(host.session(), prompt)?;
        let is_code = matches!(prompt, Prompt::Python { .. } | Prompt::Cli { .. });
        let mut text = String::new();
        let mut told_of_bracket = false;
        loop {
            let shown = if text.is_empty() {
                // The line editor draws the whole line again, so that what stands on it already is part of its prompt.
                std::mem::take(&mut self.unfinished) + &prompt.text()
            } else {
                prompt.continuation()
            };
            let ahead = if text.is_empty() { std::mem::take(&mut self.ahead) } else { editor::indent_after(&text) };
            if text.is_empty()
                && ahead.is_empty()
                && let Some(saved) = self.look_out(&shown)?
            {
                return Ok(Event::LessonSaved(saved));
            }
            let dialect = host.session().dialect();
            let scene = Scene { prompt: shown, before: text.clone(), dialect, is_code };
            self.modes.at_prompt(true);
            // A shell that had the terminal meanwhile has left it in modes of its own.
            self.modes.between()?;
            let typed = self.read(host, scene, &ahead);
            self.modes.at_prompt(false);
            // What was interrupted was the prompt alone.
            while self.interrupts.take() {}
            self.page.prompted();
            let session = host.session();
            match typed? {
                Typed::Line(line) => {
                    text = joined(text, &line);
                    // What was pasted or recalled at once needs no blank line to end its last block.
                    if line.contains('\n') && session.is_incomplete(&text) {
                        let ended = text.clone() + "\n";
                        text = if session.is_incomplete(&ended) { text } else { ended };
                    }
                    if !session.is_incomplete(&text) {
                        if is_code {
                            self.reader.remember(&text)?;
                        }
                        self.busy = Some(Busy::begin(self.reader.is_plain()));
                        return Ok(Event::Entered(text));
                    }
                    if line.trim().is_empty() && !told_of_bracket {
                        told_of_bracket = self.tell_of_bracket(&text)?;
                    }
                }
                // An empty last line was the prompt's, not the block's.
                Typed::Whole(line) if line.trim().is_empty() => self.ahead = std::mem::take(&mut text),
                Typed::Whole(line) => self.ahead = joined(std::mem::take(&mut text), &line),
                Typed::Outside(line) => {
                    self.edit_outside(joined(std::mem::take(&mut text), &line), session.dialect())?
                }
                Typed::Suspend(line) => {
                    self.ahead = joined(std::mem::take(&mut text), &line);
                    self.modes.suspend()?;
                }
                Typed::Interrupt if matches!(prompt, Prompt::Program { .. }) => return Ok(Event::Interrupt),
                // Another client's program has woken meanwhile, and computes.
                Typed::Interrupt if matches!(session.need(), Need::Frame { .. }) => return Ok(Event::Interrupt),
                Typed::Interrupt => {
                    text.clear();
                    told_of_bracket = false;
                }
                Typed::End if text.is_empty() => return Ok(Event::EndOfInput),
                // The end of a block, as at Python's own prompt.
                Typed::End => return Ok(Event::Entered(text + "\n")),
            }
        }
    }

    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        // Who waits on purpose is not slow.
        if let Some(mut busy) = self.busy.take() {
            busy.hide()?;
        }
        let session = host.session();
        let look = self.page.look();
        let wait = match &mut self.wait {
            Some(wait) => wait,
            none @ None => {
                self.unfinished.clear();
                io::stdout().lock().write_all(self.page.line_end().as_bytes())?;
                none.insert(Wait::begin(self.reader.is_plain())?)
            }
        };
        let left_us = deadline_us.map(|at| at - session.engine().keyspace.now_us());
        let happened = wait.look(&session.waits(), left_us, look, &self.interrupts, host.server())?;
        let event = match happened {
            wait::Happened::Nothing => return Ok(Event::Elapsed { us: self.real_elapsed_us().unwrap_or_default() }),
            wait::Happened::Interrupt => Event::Interrupt,
            wait::Happened::Enter => {
                self.reader.skip_enter();
                Event::Entered(String::new())
            }
            wait::Happened::End => Event::EndOfInput,
        };
        self.wait = None;
        Ok(event)
    }

    fn real_elapsed_us(&self) -> Option<i64> {
        Some(microseconds(self.started))
    }

    fn wants_ticks(&self) -> bool {
        self.busy.is_some()
    }

    fn tick(&mut self) -> io::Result<()> {
        let (theme, style) = self.page.look();
        // A line that a program has begun is not to be written over.
        match &mut self.busy {
            Some(busy) if self.unfinished.is_empty() => busy.look(theme, style),
            Some(_) | None => Ok(()),
        }
    }

    fn interrupts(&self) -> Option<&Interrupts> {
        Some(&self.interrupts)
    }

    fn is_terminated(&self) -> bool {
        self.modes.ended().is_some()
    }

    fn write_file(&mut self, path: &str, text: &str) -> Option<String> {
        write_new_file(path, text)
    }

    fn progress_changed(&mut self, progress: &Progress) -> io::Result<()> {
        self.page.progress(progress)
    }
}
