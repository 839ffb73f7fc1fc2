//! `:save`: writes the learner's inputs as a Python script. When the script is run with the redis-py library and a
//! Redis server, it prints the values that the prompt echoed.
//!
//! A statement is written at the position where it ended, not where it began, so a blocked command follows the push
//! that it waited for. The script catches each error, prints the last line of the error, and continues, as the prompt
//! did. redis-cli lines become calls to `execute_command`.

use super::super::Session;
use super::super::event::Effect;
use super::super::runtime::input_log::{InputKind, InputOutcome, LoggedInput};
use crate::markup::{Role, code};
use crate::messages::commands as messages;
use python_kernel::syntax::{self, EchoedExpression};

impl Session {
    /// Runs `:save FILE`.
    pub(super) fn save(&mut self, path: &str) {
        if path.is_empty() {
            return self.tutor.say(Role::Error, &messages::save_where());
        }
        if self.tutor.runtime.input_log.iter().all(|input| input.is_unseen || input.kind == InputKind::Remark) {
            return self.tutor.say(Role::Plain, &messages::nothing_to_save());
        }
        self.tutor
            .runtime
            .effects
            .push(Effect::WriteFile { path: path.to_owned(), text: script(&self.tutor.runtime.input_log) });
    }

    /// Shows a message that a file was written, or the reason why it was not.
    pub(in super::super) fn report_file(&mut self, path: &str, refusal: Option<String>) {
        match refusal {
            None => {
                let how = code(&format!("python {}", shell_word(path)));
                self.tutor.say(Role::Plain, &messages::saved(code(path), how));
            }
            Some(refusal) => self.tutor.say(Role::Error, &refusal),
        }
    }
}

/// Quotes a path for a shell if necessary, so that the shell neither takes it for an option nor splits it into words.
fn shell_word(path: &str) -> String {
    let path = if path.starts_with('-') { format!("./{path}") } else { path.to_owned() };
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "_-./~+,@%=:\\".contains(c));
    if is_plain { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Python code of a function that prints a value as the prompt does. It is used for statements whose value is known
/// only when the script runs.
const SHOW: &str = "def show(value):\n    if value is not None:\n        print(repr(value))\n";

/// Returns the script that repeats the given inputs.
fn script(inputs: &[LoggedInput]) -> String {
    let keeps_last = inputs.iter().any(|input| input.kind == InputKind::Python && mentions(&input.source, "_"));
    let mut body = String::new();
    let mut client = "main";
    for input in inputs {
        if input.client != client && input.kind != InputKind::Remark {
            client = &input.client;
            body.push_str(&format!("\n# {client}:\n"));
        }
        body.push_str(&statement(input, keeps_last));
    }
    let has_lines = inputs.iter().any(|input| input.kind == InputKind::Cli);
    let mut text = format!("\"\"\"{}\n", messages::script_about());
    if has_lines {
        text.push_str(&format!("\n{}\n", messages::script_about_cli_lines()));
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

/// Converts a logged input to Python code or to a comment. If `keeps_last`, the code assigns each echoed value to `_`.
fn statement(input: &LoggedInput, keeps_last: bool) -> String {
    if input.kind == InputKind::Remark {
        return comment(&input.source);
    }
    if input.outcome == InputOutcome::Broken {
        return comment(&format!("{}\n{}", messages::script_stopped(), input.source));
    }
    if input.is_unseen && ["flushdb", "flushall", "FLUSHDB", "FLUSHALL"].iter().any(|word| input.source.contains(word))
    {
        // The flush is omitted, because the tutor sent it, not the learner, and the Redis server that the script uses
        // may hold data that is still needed.
        return String::new();
    }
    let code = match input.kind {
        InputKind::Cli => Some(cli_call(input)),
        InputKind::Python | InputKind::Remark => python(input, keeps_last),
    };
    let Some(code) = code else { return comment(&format!("{}\n{}", messages::script_not_python(), input.source)) };
    if input.outcome == InputOutcome::Raised {
        let tried = indented(&code);
        return format!(
            "try:\n{tried}except Exception as error:\n    print(*traceback.format_exception_only(error), end=\"\")\n"
        );
    }
    code
}

/// Returns code that runs an input and prints the values that the prompt echoed, or `None` if the input is not valid
/// Python. If `keeps_last`, the code also assigns each echoed value to `_`.
fn python(input: &LoggedInput, keeps_last: bool) -> Option<String> {
    let source = input.source.trim_end();
    syntax::split_statements(source).ok()?;
    let mut code = source.to_owned();
    if !input.is_unseen {
        for EchoedExpression { range, is_whole, is_tuple } in syntax::echoed_expressions(source).into_iter().rev() {
            let value = &source[range.clone()];
            let value = if is_tuple { format!("({value})") } else { value.to_owned() };
            let shown = match input.outcome {
                InputOutcome::Echoed if is_whole && keeps_last => format!("_ = {value}\nprint(repr(_))"),
                InputOutcome::Echoed if is_whole => format!("print(repr({value}))"),
                // Nothing was echoed, because the value was None or the statement ended with an error.
                _ if is_whole => continue,
                _ => format!("show({value})"),
            };
            code.replace_range(range, &shown);
        }
    }
    code.push('\n');
    Some(code)
}

/// Converts a redis-cli line into a call to `execute_command`.
fn cli_call(input: &LoggedInput) -> String {
    let words: Vec<String> = input.argv.iter().map(|word| literal(word)).collect();
    let call = format!("cli.execute_command({})", words.join(", "));
    let is_seen = input.outcome == InputOutcome::Echoed && !input.is_unseen;
    let call = if is_seen { format!("print(repr({call}))") } else { call };
    format!("{call}  # {}\n", input.source.trim())
}

/// Formats an argument as a Python literal.
fn literal(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if !text.contains(char::is_control) => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        _ => format!("b'{}'", word.escape_ascii()),
    }
}

/// Returns whether a name occurs in Python source code, even if only within a string.
fn mentions(source: &str, name: &str) -> bool {
    source.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

fn comment(text: &str) -> String {
    text.lines().map(|line| format!("# {line}\n")).collect()
}

/// Indents code. Code with a multi-line string is passed to `exec` instead, because indenting would change the string.
fn indented(code: &str) -> String {
    if code.contains("\"\"\"") || code.contains("'''") || code.contains("\\\n") {
        return format!("    exec({})\n", literal_of_lines(code));
    }
    code.lines().map(|line| format!("    {line}\n")).collect()
}

/// Formats multi-line code as a single Python string literal.
fn literal_of_lines(code: &str) -> String {
    format!("'{}'", code.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: InputKind, source: &str, outcome: InputOutcome) -> LoggedInput {
        LoggedInput { client: "main".into(), kind, source: source.into(), argv: Vec::new(), outcome, is_unseen: false }
    }

    fn body(inputs: &[LoggedInput]) -> String {
        script(inputs).split_once("r = redis.Redis()\n").expect("it makes a client").1.trim_start().to_owned()
    }

    #[test]
    fn a_path_is_a_single_word_in_a_shell() {
        for (path, word) in [
            ("my_script.py", "my_script.py"),
            ("~/Übung-2.py", "~/Übung-2.py"),
            ("--help", "./--help"),
            ("-", "./-"),
            ("a b.py", "'a b.py'"),
            ("it's;rm.py", r"'it'\''s;rm.py'"),
        ] {
            assert_eq!(shell_word(path), word);
        }
    }

    #[test]
    fn echoed_values_are_printed_and_errors_are_caught() {
        use InputOutcome::{Broken, Echoed, Quiet, Raised};
        for (kind, source, outcome, expected) in [
            (InputKind::Python, "r.get('a')", Echoed, "print(repr(r.get('a')))\n"),
            (InputKind::Python, "1, 2", Echoed, "print(repr((1, 2)))\n"),
            (InputKind::Python, "print('x')", Quiet, "print('x')\n"),
            (InputKind::Python, "x = r.get('a')", Quiet, "x = r.get('a')\n"),
            (InputKind::Python, "r.get(\n  'a',\n)", Echoed, "print(repr(r.get(\n  'a',\n)))\n"),
            (
                InputKind::Python,
                "r.incr('name')",
                Raised,
                "try:\n    r.incr('name')\nexcept Exception as error:\n    print(*traceback.format_exception_only(error), end=\"\")\n",
            ),
            (InputKind::Python, "while True: pass", Broken, "# Stopped before it ended:\n# while True: pass\n"),
            (InputKind::Python, "for in", Raised, "# Not valid Python:\n# for in\n"),
        ] {
            assert_eq!(body(&[typed(kind, source, outcome)]), expected, "{source}");
        }
    }

    #[test]
    fn statements_in_loops_are_echoed_and_those_in_functions_are_not() {
        let script =
            body(&[typed(InputKind::Python, "for i in range(2):\n    i\n    if i: 'one'", InputOutcome::Echoed)]);
        assert!(script.ends_with("for i in range(2):\n    show(i)\n    if i: show('one')\n"), "{script}");
        assert!(script.starts_with("def show(value):\n"), "{script}");
        assert_eq!(body(&[typed(InputKind::Python, "def f():\n    1", InputOutcome::Quiet)]), "def f():\n    1\n");
    }

    #[test]
    fn the_last_value_is_kept_if_a_later_statement_uses_it() {
        let script = body(&[
            typed(InputKind::Python, "1 + 1", InputOutcome::Echoed),
            typed(InputKind::Python, "x = _", InputOutcome::Quiet),
        ]);
        assert_eq!(script, "_ = 1 + 1\nprint(repr(_))\nx = _\n");
    }

    #[test]
    fn redis_cli_lines_become_calls_of_execute_command() {
        let argv = vec![b"SET".to_vec(), b"a".to_vec(), b"it's\0".to_vec()];
        let script = super::script(&[LoggedInput {
            argv,
            ..typed(InputKind::Cli, "SET a \"it's\\x00\"", InputOutcome::Echoed)
        }]);
        assert!(script.contains("cli = redis.Redis(single_connection_client=True)\n"), "{script}");
        assert!(
            script.ends_with("print(repr(cli.execute_command('SET', 'a', b'it\\'s\\x00')))  # SET a \"it's\\x00\"\n"),
            "{script}"
        );
    }

    #[test]
    fn a_flush_of_the_tutor_is_left_out() {
        let unseen =
            |source: &str| LoggedInput { is_unseen: true, ..typed(InputKind::Python, source, InputOutcome::Quiet) };
        assert_eq!(body(&[unseen("r.flushdb()"), unseen("r.set('a', 1)")]), "r.set('a', 1)\n");
    }
}
