//! `run`: runs a script, statement by statement.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

use crate::driver::{Frontend, Host, drive};
use crate::lesson::evidence::Submission;
use crate::markup::escape_in_json;
use crate::messages::transcript as messages;
use crate::render::Renderer;
use crate::render::svg::Svg;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::session::event::{Event, Prompt, Show};
use python_kernel::syntax;

/// The format in which `run` writes its output.
#[derive(Debug, Clone)]
pub enum OutputFormat {
    /// The script with its prompts and its output.
    Transcript(Renderer),
    /// The script as a picture: an SVG file with the given title.
    Picture(Renderer, Svg, String),
    /// One JSON object for each statement.
    Json,
    /// The output without prompts, as `redis-cli --no-raw` writes it to a pipe.
    Cli(Renderer),
}

/// Runs a script for at most `time_limit`, and returns its exit status: the argument of `sys.exit` if the script called
/// it, 1 if a statement raised an error or was blocked forever, and 0 otherwise.
///
/// # Errors
/// Returns an error if the output cannot be written, if Python cannot be started, or if the time limit was reached.
pub fn run_script(
    session: &mut Session,
    source: &str,
    format: OutputFormat,
    time_limit: Option<Duration>,
    out: &mut impl Write,
) -> io::Result<i32> {
    let statements = if session.dialect() == Dialect::Cli {
        source.lines().map(str::to_owned).collect()
    } else {
        match syntax::split_statements(source) {
            Ok(statements) => statements.into_iter().map(|statement| statement.source).collect(),
            // The entire script is submitted at once, so that Python reports its syntax error.
            Err(_) => VecDeque::from([source.to_owned()]),
        }
    };
    if matches!(format, OutputFormat::Json) {
        // The expected output in tests/truth was recorded with `code.InteractiveConsole`, which uses this module name.
        session.name_module("__console__");
    }
    session.show_all();
    let mut frontend = ScriptFrontend { statements, format, time_limit, out, has_failed: false };
    let result = drive(session, &mut frontend);
    // If the time limit was reached, the output that was written so far shows how far the script got.
    frontend.out.flush()?;
    let status = result?;
    if let OutputFormat::Picture(_, svg, title) = frontend.format {
        frontend.out.write_all(svg.write(&title).as_bytes())?;
    }
    frontend.out.flush()?;
    Ok(if status == 0 && frontend.has_failed { 1 } else { status })
}

struct ScriptFrontend<'a, W: Write> {
    statements: VecDeque<String>,
    format: OutputFormat,
    time_limit: Option<Duration>,
    out: &'a mut W,
    /// Whether a statement has raised an error or was blocked forever.
    has_failed: bool,
}

impl<W: Write> Frontend for ScriptFrontend<'_, W> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        match &mut self.format {
            OutputFormat::Transcript(renderer) | OutputFormat::Cli(renderer) => {
                let text = renderer.render(show);
                self.out.write_all(text.as_bytes())
            }
            OutputFormat::Picture(renderer, svg, _) => {
                svg.add(&renderer.render_spans(show));
                Ok(())
            }
            OutputFormat::Json => Ok(()),
        }
    }

    fn read_input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if matches!(prompt, Prompt::Program { .. }) {
            return Ok(Event::EndOfInput);
        }
        let Some(statement) = self.statements.pop_front() else { return Ok(Event::EndOfInput) };
        if let OutputFormat::Transcript(_) | OutputFormat::Picture(..) = &self.format {
            for (index, line) in statement.lines().enumerate() {
                let prompt = if index == 0 { prompt.text() } else { prompt.continuation() };
                self.show(&Show::Typed { prompt, line: line.to_owned() })?;
            }
        }
        let is_cli = matches!(self.format, OutputFormat::Cli(_));
        Ok(if is_cli { Event::CliLine(statement) } else { Event::Statement(statement) })
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        match deadline_us {
            Some(_) => Ok(Event::SkipWait),
            None => {
                // Standard error may be closed, so an error is ignored.
                let _ = writeln!(io::stderr(), "{}", messages::script_blocked_forever());
                self.has_failed = true;
                self.statements.clear();
                Ok(Event::Interrupt)
            }
        }
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        let is_error = submission.error.as_ref().is_some_and(|error| error.exit_status.is_none());
        self.has_failed |= is_error && !matches!(self.format, OutputFormat::Cli(_));
        if matches!(self.format, OutputFormat::Json) {
            writeln!(self.out, "{}", escape_in_json(&submission_as_json(submission).to_string()))?;
        }
        Ok(())
    }
}

/// Returns the JSON object that `run --json` prints for a statement. If some of the output or of the commands was not
/// kept, the object contains the number of missing bytes or commands.
fn submission_as_json(submission: &Submission) -> Value {
    let error = submission.error.as_ref().map(|error| json!({"type": error.class, "message": error.message}));
    let argv = |words: &Vec<Vec<u8>>| words.iter().map(|word| Value::String(word_as_text(word))).collect::<Vec<_>>();
    let mut object = json!({
        "input": submission.source,
        "output": submission.output,
        "error": error,
        "commands": submission.commands.iter().map(argv).collect::<Vec<_>>(),
    });
    let missing_commands = submission.traffic.commands.saturating_sub(submission.commands.len());
    for (name, missing) in [("dropped_output", submission.dropped_output), ("dropped_commands", missing_commands)] {
        if missing > 0 {
            object[name] = json!(missing);
        }
    }
    object
}

/// Converts an argument to text. Each byte that is not UTF-8 becomes `\xNN`.
fn word_as_text(word: &[u8]) -> String {
    let mut text = String::new();
    for chunk in word.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_escaped() {
        assert_eq!(word_as_text("é\n".as_bytes()), "é\n");
        assert_eq!(word_as_text(b"a\xff\x00\xc3"), "a\\xff\0\\xc3");
    }
}
