//! `:save`: what was typed, as a script that runs on real redis-py and prints the same.
//!
//! A statement stands where it ended, not where it began, so that whoever waited for another's push comes after it.
//! What the prompt echoes is printed; what raised is caught, and its last line printed, so that the script goes on as
//! the prompt did. Lines of redis-cli become calls of `execute_command`.

use super::Session;
use super::TUTOR;
use super::client::Work;
use super::event::Effect;
use crate::lesson::judge::code;
use crate::markup::Role;
use python_kernel::syntax::{self, EchoedExpression};

/// How a statement or a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a value that was echoed.
    Echoed,
    Quietly,
    Raised,
    /// It was interrupted, or its Python has ended: nobody can say how far it came.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Python,
    Cli,
    /// Something to say at this place, not to run.
    Remark,
}

/// Something that was typed and has ended.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub client: String,
    pub kind: Kind,
    pub source: String,
    /// The words of the command that a line of redis-cli sent.
    pub argv: Vec<Vec<u8>>,
    pub ended: Ended,
    /// Whether it was done unseen, to set the stage: nothing of it was echoed.
    pub unseen: bool,
}

impl Session {
    /// Something that a client typed has ended.
    pub(super) fn keep_typed(&mut self, who: usize, kind: Kind, source: String, ended: Ended) {
        self.keep(who, Typed { client: String::new(), kind, source, argv: Vec::new(), ended, unseen: false });
    }

    /// A line of redis-cli's has ended: it may have sent a command several times, or none.
    pub(super) fn keep_typed_line(&mut self, who: usize, work: &Work) {
        let submission = &work.submission;
        let ended = match &submission.error {
            _ if work.interrupts > 0 => Ended::Broken,
            Some(_) => Ended::Raised,
            None => Ended::Echoed,
        };
        if submission.commands.is_empty() {
            let remark = format!("No command:\n{}", submission.source);
            return self.keep_typed(who, Kind::Remark, remark, ended);
        }
        for argv in &submission.commands {
            let (source, argv) = (submission.source.clone(), argv.clone());
            self.keep(who, Typed { client: String::new(), kind: Kind::Cli, source, argv, ended, unseen: false });
        }
    }

    fn keep(&mut self, who: usize, typed: Typed) {
        let unseen = self.script.is_silent();
        // What the tutor looks at belongs to nobody's script; what it sets up does.
        if who != TUTOR || unseen {
            self.typed.push(Typed { client: self.clients[who].name.clone(), unseen, ..typed });
        }
    }

    /// `:save FILE`.
    pub(super) fn save(&mut self, path: &str) {
        if path.is_empty() {
            return self.say(Role::Error, "Where to? Type `:save my_script.py`.");
        }
        if self.typed.iter().all(|typed| typed.unseen || typed.kind == Kind::Remark) {
            return self.say(Role::Plain, "Nothing to save yet: type something first.");
        }
        self.effects.push(Effect::WriteFile { path: path.to_owned(), text: script(&self.typed) });
    }

    /// A file was written, or was not, for this reason.
    pub(super) fn file_written(&mut self, path: &str, refusal: Option<String>) {
        match refusal {
            None => {
                let how = code(&format!("python {path}"));
                self.say(Role::Plain, &format!("Saved as {}: {how} runs it on a real Redis.", code(path)));
            }
            Some(refusal) => self.say(Role::Error, &refusal),
        }
    }
}

/// The name of what prints a value as the prompt does, where only a run can tell whether there is one.
const SHOW: &str = "def show(value):\n    if value is not None:\n        print(repr(value))\n";

/// The whole script.
fn script(typed: &[Typed]) -> String {
    let keeps_last = typed.iter().any(|typed| typed.kind == Kind::Python && mentions(&typed.source, "_"));
    let mut body = String::new();
    let mut client = "main";
    for typed in typed {
        if typed.client != client && typed.kind != Kind::Remark {
            client = &typed.client;
            body.push_str(&format!("\n# {client}:\n"));
        }
        body.push_str(&statement(typed, keeps_last));
    }
    let has_lines = typed.iter().any(|typed| typed.kind == Kind::Cli);
    let mut text = String::from(
        "\"\"\"Typed in redis-tutor; prints the same with redis-py on an empty Redis at localhost:6379.\n",
    );
    if has_lines {
        text.push_str("\nLines of redis-cli go through execute_command here, and print what that returns.\n");
    }
    text.push_str("\"\"\"\nimport redis\n");
    if body.contains("traceback.format_exception_only(") {
        text.push_str("import traceback\n");
    }
    text.push_str("\nr = redis.Redis()\n");
    if has_lines {
        text.push_str("cli = redis.Redis(single_connection_client=True)\n");
    }
    if body.contains("show(") {
        text.push_str(&format!("\n\n{SHOW}\n"));
    }
    text.push('\n');
    text.push_str(&body);
    text
}

fn statement(typed: &Typed, keeps_last: bool) -> String {
    if typed.kind == Kind::Remark {
        return comment(&typed.source);
    }
    if typed.ended == Ended::Broken {
        return comment(&format!("Stopped before its end:\n{}", typed.source));
    }
    if typed.unseen && ["flushdb", "flushall", "FLUSHDB", "FLUSHALL"].iter().any(|word| typed.source.contains(word)) {
        // Nobody typed it, and a real Redis may hold what somebody needs.
        return String::new();
    }
    let code = match typed.kind {
        Kind::Cli => Some(cli_call(typed)),
        Kind::Python | Kind::Remark => python(typed, keeps_last),
    };
    let Some(code) = code else { return comment(&format!("No Python:\n{}", typed.source)) };
    if typed.ended == Ended::Raised {
        let tried = indented(&code);
        return format!(
            "try:\n{tried}except Exception as error:\n    print(*traceback.format_exception_only(error), end=\"\")\n"
        );
    }
    code
}

/// A statement as it prints what its echo was; none if it is no Python.
fn python(typed: &Typed, keeps_last: bool) -> Option<String> {
    let source = typed.source.trim_end();
    syntax::split_statements(source).ok()?;
    let mut code = source.to_owned();
    if !typed.unseen {
        for EchoedExpression { range, is_whole, is_tuple } in syntax::echoed_expressions(source).into_iter().rev() {
            let value = &source[range.clone()];
            let value = if is_tuple { format!("({value})") } else { value.to_owned() };
            let shown = match typed.ended {
                Ended::Echoed if is_whole && keeps_last => format!("_ = {value}\nprint(repr(_))"),
                Ended::Echoed if is_whole => format!("print(repr({value}))"),
                // Its value was None, or it raised before there was one.
                _ if is_whole => continue,
                _ => format!("show({value})"),
            };
            code.replace_range(range, &shown);
        }
    }
    code.push('\n');
    Some(code)
}

/// A line of redis-cli as a call.
fn cli_call(typed: &Typed) -> String {
    let words: Vec<String> = typed.argv.iter().map(|word| literal(word)).collect();
    let call = format!("cli.execute_command({})", words.join(", "));
    let is_seen = typed.ended == Ended::Echoed && !typed.unseen;
    let call = if is_seen { format!("print(repr({call}))") } else { call };
    format!("{call}  # {}\n", typed.source.trim())
}

/// A word as Python writes it.
fn literal(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if !text.contains(char::is_control) => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        _ => format!("b'{}'", word.escape_ascii()),
    }
}

/// Whether a name stands in a source. One in a string counts, too: then too much is kept, never too little.
fn mentions(source: &str, name: &str) -> bool {
    source.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

fn comment(text: &str) -> String {
    text.lines().map(|line| format!("# {line}\n")).collect()
}

/// The code within a block. A string over several lines is no place to indent: what holds one is run from a string.
fn indented(code: &str) -> String {
    if code.contains("\"\"\"") || code.contains("'''") || code.contains("\\\n") {
        return format!("    exec({})\n", literal_of_lines(code));
    }
    code.lines().map(|line| format!("    {line}\n")).collect()
}

fn literal_of_lines(code: &str) -> String {
    format!("'{}'", code.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: Kind, source: &str, ended: Ended) -> Typed {
        Typed { client: "main".into(), kind, source: source.into(), argv: Vec::new(), ended, unseen: false }
    }

    fn body(typed: &[Typed]) -> String {
        script(typed).split_once("r = redis.Redis()\n").expect("it makes a client").1.trim_start().to_owned()
    }

    #[test]
    fn what_was_echoed_is_printed_and_what_raised_is_caught() {
        use Ended::{Broken, Echoed, Quietly, Raised};
        for (kind, source, ended, expected) in [
            (Kind::Python, "r.get('a')", Echoed, "print(repr(r.get('a')))\n"),
            (Kind::Python, "1, 2", Echoed, "print(repr((1, 2)))\n"),
            (Kind::Python, "print('x')", Quietly, "print('x')\n"),
            (Kind::Python, "x = r.get('a')", Quietly, "x = r.get('a')\n"),
            (Kind::Python, "r.get(\n  'a',\n)", Echoed, "print(repr(r.get(\n  'a',\n)))\n"),
            (
                Kind::Python,
                "r.incr('name')",
                Raised,
                "try:\n    r.incr('name')\nexcept Exception as error:\n    print(*traceback.format_exception_only(error), end=\"\")\n",
            ),
            (Kind::Python, "while True: pass", Broken, "# Stopped before its end:\n# while True: pass\n"),
            (Kind::Python, "for in", Raised, "# No Python:\n# for in\n"),
        ] {
            assert_eq!(body(&[typed(kind, source, ended)]), expected, "{source}");
        }
    }

    #[test]
    fn loops_echo_inside_and_functions_do_not() {
        let said = body(&[typed(Kind::Python, "for i in range(2):\n    i\n    if i: 'one'", Ended::Echoed)]);
        assert!(said.ends_with("for i in range(2):\n    show(i)\n    if i: show('one')\n"), "{said}");
        assert!(said.starts_with("def show(value):\n"), "{said}");
        assert_eq!(body(&[typed(Kind::Python, "def f():\n    1", Ended::Quietly)]), "def f():\n    1\n");
    }

    #[test]
    fn the_last_value_is_kept_where_it_is_used() {
        let said = body(&[typed(Kind::Python, "1 + 1", Ended::Echoed), typed(Kind::Python, "x = _", Ended::Quietly)]);
        assert_eq!(said, "_ = 1 + 1\nprint(repr(_))\nx = _\n");
    }

    #[test]
    fn lines_of_redis_cli_are_commands_to_be_sent() {
        let argv = vec![b"SET".to_vec(), b"a".to_vec(), b"it's\0".to_vec()];
        let said = script(&[Typed { argv, ..typed(Kind::Cli, "SET a \"it's\\x00\"", Ended::Echoed) }]);
        assert!(said.contains("cli = redis.Redis(single_connection_client=True)\n"), "{said}");
        assert!(
            said.ends_with("print(repr(cli.execute_command('SET', 'a', b'it\\'s\\x00')))  # SET a \"it's\\x00\"\n"),
            "{said}"
        );
    }

    #[test]
    fn nobodys_flush_reaches_a_real_redis() {
        let unseen = |source: &str| Typed { unseen: true, ..typed(Kind::Python, source, Ended::Quietly) };
        assert_eq!(body(&[unseen("r.flushdb()"), unseen("r.set('a', 1)")]), "r.set('a', 1)\n");
    }
}
