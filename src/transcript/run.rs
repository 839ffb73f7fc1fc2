//! `run`: a script, statement by statement.

use std::collections::VecDeque;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::driver::{Frontend, Host, drive};
use crate::lesson::evidence::Submission;
use crate::render::Renderer;
use crate::render::svg::Svg;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::session::event::{Event, Prompt, Show};
use python_kernel::syntax;

/// What `run` writes.
#[derive(Debug, Clone)]
pub enum Form {
    /// The script with its prompts, and what it prints.
    Transcript(Renderer),
    /// The same as a picture, an SVG with this title.
    Picture(Renderer, Svg, String),
    /// One JSON object a statement.
    Json,
    /// What the lines print, as `redis-cli --no-raw` does with a pipe: no prompts.
    Cli(Renderer),
}

/// Runs a script. The status is 0, or 1 if a statement raised, or what `sys.exit` gave.
///
/// # Errors
/// Those of writing; a Python that cannot be started.
pub fn run(session: &mut Session, source: &str, form: Form, out: &mut impl Write) -> io::Result<i32> {
    let statements = if session.dialect() == Dialect::Cli {
        source.lines().map(str::to_owned).collect()
    } else {
        match syntax::split_statements(source) {
            Ok(statements) => statements.into_iter().map(|statement| statement.source).collect(),
            // Python itself says what is wrong with it.
            Err(_) => VecDeque::from([source.to_owned()]),
        }
    };
    if matches!(form, Form::Json) {
        // As `code.InteractiveConsole`, and so those who hold us against it.
        session.name_module("__console__");
    }
    session.show_all();
    let mut script = Script { statements, form, out, raised: false };
    let status = drive(session, &mut script)?;
    if let Form::Picture(_, svg, title) = script.form {
        script.out.write_all(svg.write(&title).as_bytes())?;
    }
    script.out.flush()?;
    Ok(if status == 0 && script.raised { 1 } else { status })
}

struct Script<'a, W: Write> {
    statements: VecDeque<String>,
    form: Form,
    out: &'a mut W,
    raised: bool,
}

impl<W: Write> Frontend for Script<'_, W> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        match &mut self.form {
            Form::Transcript(renderer) | Form::Cli(renderer) => {
                let text = renderer.show(show);
                self.out.write_all(text.as_bytes())
            }
            Form::Picture(renderer, svg, _) => {
                svg.add(&renderer.spans(show));
                Ok(())
            }
            Form::Json => Ok(()),
        }
    }

    fn input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if matches!(prompt, Prompt::Program { .. }) {
            return Ok(Event::EndOfInput);
        }
        let Some(statement) = self.statements.pop_front() else { return Ok(Event::EndOfInput) };
        if let Form::Transcript(_) | Form::Picture(..) = &self.form {
            for (index, line) in statement.lines().enumerate() {
                let prompt = if index == 0 { prompt.text() } else { prompt.continuation() };
                self.show(&Show::Typed { prompt, line: line.to_owned() })?;
            }
        }
        if let Form::Cli(_) = self.form { Ok(Event::CliLine(statement)) } else { Ok(Event::Statement(statement)) }
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        match deadline_us {
            Some(_) => Ok(Event::SkipWait),
            None => {
                eprintln!("redis-tutor: the script waits for ever for a key that nobody fills; it ends here.");
                self.raised = true;
                self.statements.clear();
                Ok(Event::Interrupt)
            }
        }
    }

    fn finished(&mut self, submission: &Submission) -> io::Result<()> {
        let failed = submission.error.as_ref().is_some_and(|error| error.exit_status.is_none());
        self.raised |= failed && !matches!(self.form, Form::Cli(_));
        if matches!(self.form, Form::Json) {
            writeln!(self.out, "{}", as_json(submission))?;
        }
        Ok(())
    }
}

/// The object that `run --json` prints for a statement.
fn as_json(submission: &Submission) -> Value {
    let error = submission.error.as_ref().map(|error| json!({"type": error.class, "message": error.message}));
    let words = |words: &Vec<Vec<u8>>| words.iter().map(|word| Value::String(shown(word))).collect::<Vec<_>>();
    json!({
        "input": submission.source,
        "output": submission.output,
        "error": error,
        "commands": submission.commands.iter().map(words).collect::<Vec<_>>(),
    })
}

/// A word as text; bytes that are not UTF-8 as `\xNN`.
fn shown(word: &[u8]) -> String {
    let mut text = String::new();
    for chunk in word.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_escaped() {
        assert_eq!(shown("é\n".as_bytes()), "é\n");
        assert_eq!(shown(b"a\xff\x00\xc3"), "a\\xff\0\\xc3");
    }
}
