//! Rewordings that send the answer's commands in another way: with another client object, in a pipeline, with keyword
//! arguments, or as redis-cli lines.

use std::collections::BTreeSet;

use super::Rewording;
use super::played_answer::{InputKind, PlayedAnswer, PlayedInput};
use crate::lesson::evidence::Submission;
use crate::lesson::value::{self, Value};
use crate::session::dialect::{self, Dialect, Input};
use crate::transcript::other_dialect;
use python_kernel::syntax::structure::{self, Call, Form, LiteralValue};

/// The rewordings, each with its name.
pub const REWORDINGS: &[Rewording] = &[
    ("own-client", by_own_client),
    ("own-client-with-address", by_client_with_address),
    ("decoding-client", by_decoding_client),
    ("execute-command", by_execute_command),
    ("pipeline", in_pipeline),
    ("pipeline-chain", in_pipeline_chain),
    ("pipeline-block", in_pipeline_block),
    ("keyword-arguments", with_keywords),
    ("key-in-variable", with_key_in_variable),
    ("program-in-function", in_function),
    ("pasted", pasted),
    ("one-line", on_one_line),
    ("redis-cli", in_redis_cli),
    ("redis-cli-in-small-letters", in_small_letters),
];

/// Commands that block, or whose effect is limited to the connection that sends them. They cannot be moved to another
/// client object or into a pipeline.
const OF_CONNECTION: &[&str] = &[
    "AUTH",
    "BLMOVE",
    "BLMPOP",
    "BLPOP",
    "BRPOP",
    "BRPOPLPUSH",
    "BZMPOP",
    "BZPOPMAX",
    "BZPOPMIN",
    "CLIENT",
    "DISCARD",
    "EXEC",
    "HELLO",
    "MONITOR",
    "MULTI",
    "PSUBSCRIBE",
    "QUIT",
    "RESET",
    "SELECT",
    "SSUBSCRIBE",
    "SUBSCRIBE",
    "UNWATCH",
    "WAIT",
    "WATCH",
    "XREAD",
    "XREADGROUP",
];

/// Names for the variable that holds a new client object.
const CLIENT_NAMES: &[&str] = &["c", "conn", "db"];

fn by_own_client(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    by_client(answer, "redis.Redis()")
}

fn by_client_with_address(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    by_client(answer, "redis.Redis(host='localhost', port=6379, db=0)")
}

/// Rewords the answer to send everything with a client object that decodes replies. Returns `None` if the answer
/// decodes them itself.
fn by_decoding_client(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let is_about_bytes = |input: &PlayedInput| {
        let Some(statement) = input.statement() else { return false };
        // The step may require that a function returns bytes, so no answer with a function is reworded.
        matches!(statement.form, Form::Definition { .. })
            || statement.literals.iter().any(|literal| matches!(literal.value, LiteralValue::Bytes(_)))
            || statement.calls.iter().any(|call| ["decode", "encode"].contains(&call.method.as_str()))
            || input.text.contains("utf")
    };
    let is_open = !answer.wants_exact_form() && !answer.inputs.iter().any(is_about_bytes);
    is_open.then(|| by_client(answer, "redis.Redis(decode_responses=True)")).flatten()
}

/// Rewords the answer, if possible, to use a new client object in place of `r`. `made` is the code that creates this
/// object. It runs once for each client that the answer switches to.
fn by_client(answer: &PlayedAnswer<'_>, made: &str) -> Option<Vec<String>> {
    let name = answer.fresh_name(CLIENT_NAMES)?;
    let changes_connection = answer.inputs.iter().any(|input| {
        input.reads("r")
            && input.commands().iter().any(|words| is_named(words, &["CLIENT", "HELLO", "RESET", "SELECT"]))
    });
    // The new client object waits for at most 5 seconds, but an `r` that an earlier step created may wait longer. An
    // answer that waits is therefore not reworded if it sends a command in `OF_CONNECTION`.
    let waits = answer.ends_waiting || answer.inputs.iter().any(|input| input.text.starts_with(":wait"));
    let may_block = |input: &PlayedInput| input.commands().iter().any(|words| is_named(words, OF_CONNECTION));
    if changes_connection || answer.ends_waiting || (waits && answer.inputs.iter().any(may_block)) {
        return None;
    }
    let mut texts = Vec::new();
    let mut client = "";
    let mut made_in = BTreeSet::new();
    for input in &answer.inputs {
        client = input.switches_to().unwrap_or(client);
        match &input.kind {
            InputKind::Python(_) if input.reads("r") => {
                if made_in.insert(client) {
                    texts.push(format!("{name} = {made}"));
                }
                texts.push(structure::renamed(&input.text, "r", &name)?);
            }
            InputKind::Python(statement) if statement.names.iter().any(|used| used.name == "r") => return None,
            InputKind::Broken => return None,
            _ => texts.push(input.text.clone()),
        }
    }
    (!made_in.is_empty()).then_some(texts)
}

/// Rewords the answer, if possible, to call `execute_command` in each input that sends a single command without
/// variables in its arguments.
fn by_execute_command(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let mut texts = answer.texts();
    let mut is_changed = false;
    for (text, input) in texts.iter_mut().zip(&answer.inputs) {
        let (Some(call), [words]) = (only_call(answer, input), input.commands()) else { continue };
        let words: Option<Vec<String>> = words.iter().map(|word| argument(word)).collect();
        if let Some(words) = words.filter(|_| has_plain_arguments(input, call)) {
            let sent = format!("r.execute_command({})", words.join(", "));
            *text = structure::replaced(&input.text, [(call.range.clone(), sent)]);
            is_changed = true;
        }
    }
    is_changed.then_some(texts)
}

/// Returns the call that sends an input's only command, if the call is to a method of `r` and runs once. Otherwise,
/// returns `None`.
fn only_call<'a>(answer: &PlayedAnswer<'_>, input: &'a PlayedInput) -> Option<&'a Call> {
    let mut calls = input.statement()?.calls.iter().filter(|call| answer.is_command(input, call));
    let call = calls.next().filter(|call| call.runs_once && call.receiver_name.as_deref() == Some("r"))?;
    calls.next().is_none().then_some(call)
}

/// Returns whether the arguments of a call contain no names, such as variables.
fn has_plain_arguments(input: &PlayedInput, call: &Call) -> bool {
    let Some(statement) = input.statement() else { return false };
    let within = call.method_range.end..call.range.end;
    !statement.names.iter().any(|name| within.contains(&name.range.start))
}

/// Formats a command's name or one of its arguments as a Python literal. Returns `None` if `word` is not UTF-8.
fn argument(word: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(word).ok()?;
    let is_number = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    Some(if is_number { text.to_owned() } else { value::repr(&Value::Text(text.to_owned())) })
}

/// If an answer consists only of commands that one pipeline can queue, returns each call without its receiver, such as
/// `set('a', 1)`. Otherwise, returns `None`.
fn plain_calls(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    // If a client is waiting, it receives pushed data only after EXEC, so the other commands in the transaction would
    // still see the data. Such an answer is not moved into a pipeline.
    let is_open = !answer.wants_exact_form() && !answer.ends_waiting && !answer.start.has_waiting_client;
    let mut calls = Vec::new();
    for input in answer.inputs.iter().filter(|_| is_open) {
        let call = only_call(answer, input)?;
        let Form::Expression(expression) = &input.statement()?.form else { return None };
        let whole = expression.printed.clone().unwrap_or_else(|| expression.range.clone());
        let moves = !input.commands().iter().any(|words| is_named(words, OF_CONNECTION));
        calls.push(
            (whole == call.range && moves).then(|| input.text[call.method_range.start..call.range.end].to_owned())?,
        );
    }
    (!calls.is_empty()).then_some(calls)
}

fn in_pipeline(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let calls = plain_calls(answer)?;
    let queued = calls.iter().map(|call| format!("p.{call}"));
    Some(["p = r.pipeline()".to_owned()].into_iter().chain(queued).chain(["p.execute()".to_owned()]).collect())
}

fn in_pipeline_chain(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    Some(vec![format!("r.pipeline().{}.execute()", plain_calls(answer)?.join("."))])
}

fn in_pipeline_block(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let queued: String = plain_calls(answer)?.iter().map(|call| format!("    p.{call}\n")).collect();
    let end = if answer.wants_value() { "print(p.execute())" } else { "p.execute()" };
    Some(vec![format!("with r.pipeline() as p:\n{queued}    {end}\n")])
}

/// Rewords the answer to pass positional arguments by keyword, if the method has parameter names for all of them.
fn with_keywords(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let mut is_changed = false;
    let mut texts = answer.texts();
    for (text, input) in texts.iter_mut().zip(&answer.inputs) {
        let Some(statement) = input.statement() else { continue };
        let calls = statement.calls.iter().filter(|call| answer.is_command(input, call));
        let edits: Vec<_> = calls.flat_map(|call| keywords(answer, call)).collect();
        if !edits.is_empty() {
            is_changed = true;
            *text = structure::replaced(&input.text, edits);
        }
    }
    is_changed.then_some(texts)
}

/// Returns the keywords to insert into a call, each with the empty range at which to insert it.
fn keywords(answer: &PlayedAnswer<'_>, call: &Call) -> Vec<(std::ops::Range<usize>, String)> {
    let positional: Vec<_> = call.arguments.iter().filter(|argument| argument.keyword.is_none()).collect();
    let Some(parameters) = answer.methods.parameters(&call.method) else { return Vec::new() };
    let is_possible =
        positional.len() <= parameters.positional.len() && !call.arguments.iter().any(|argument| argument.is_starred);
    let pairs = positional.iter().zip(&parameters.positional).filter(|_| is_possible);
    pairs.map(|(argument, name)| (argument.range.start..argument.range.start, format!("{name}="))).collect()
}

/// Rewords the answer, if possible, to assign the key of its first command to a variable, and to use the variable in
/// place of the key.
fn with_key_in_variable(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let name = answer.fresh_name(&["key", "name", "k"])?;
    let (index, key) = answer.inputs.iter().enumerate().find_map(|(index, input)| {
        let (keys, statement) = (input.keys(), input.statement()?);
        let key = statement.literals.iter().find_map(|literal| match &literal.value {
            LiteralValue::Text(text) if keys.contains(text) => Some(text.clone()),
            _ => None,
        });
        Some((index, key?))
    })?;
    let input = &answer.inputs[index];
    let is_key = |value: &LiteralValue| matches!(value, LiteralValue::Text(text) if *text == key);
    let places = input.statement()?.literals.iter().filter(|literal| is_key(&literal.value));
    let text = structure::replaced(&input.text, places.map(|literal| (literal.range.clone(), name.as_str())));
    let mut texts = answer.with_input(index, text);
    texts.insert(index, format!("{name} = {}", value::repr(&Value::Text(key))));
    Some(texts)
}

/// Rewords the answer, if possible, as a function that contains all of it, followed by a call to the function.
fn in_function(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let name = answer.fresh_name(&["answer", "program", "do_it"])?;
    let (last, before) = answer.inputs.split_last().filter(|(_, before)| !before.is_empty())?;
    let mut body = String::new();
    for input in before {
        let statement = input.statement()?;
        let is_local =
            matches!(statement.form, Form::Expression(_) | Form::Assignment { .. } | Form::Import | Form::Block);
        let assigns_client = statement.names.iter().any(|used| used.name == "r" && used.is_assigned);
        if !is_local || assigns_client || is_on_several_lines(&input.text) {
            return None;
        }
        body.push_str(&format!("    {}\n", input.text.trim_end().replace('\n', "\n    ")));
    }
    let Form::Expression(expression) = &last.statement()?.form else { return None };
    last.submission.as_ref()?;
    let indented = last.text.replace('\n', "\n    ");
    let (end, call) = match expression.printed {
        Some(_) => (indented, format!("{name}()")),
        None => (format!("return {indented}"), format!("{name}()")),
    };
    Some(vec![format!("def {name}():\n{body}    {end}\n"), call])
}

/// Returns whether an input may contain a multi-line string, whose lines must not be indented.
fn is_on_several_lines(text: &str) -> bool {
    text.contains("'''") || text.contains("\"\"\"")
}

/// Rewords the answer, if possible, as a single pasted text that contains all inputs.
fn pasted(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let is_python = answer.inputs.len() > 1 && answer.inputs.iter().all(|input| input.statement().is_some());
    let with_blank_line = |input: &PlayedInput| match input.statement().map(|statement| &statement.form) {
        Some(Form::Block | Form::Definition { .. }) => format!("{}\n\n", input.text.trim_end()),
        _ => format!("{}\n", input.text),
    };
    is_python.then(|| vec![answer.inputs.iter().map(with_blank_line).collect()])
}

/// Rewords the answer, if possible, as a single line, with its inputs joined by semicolons.
fn on_one_line(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let is_simple = |input: &PlayedInput| {
        let form = input.statement().map(|statement| &statement.form);
        !matches!(form, None | Some(Form::Block | Form::Definition { .. })) && !input.text.contains('\n')
    };
    let is_possible = answer.inputs.len() > 1 && answer.inputs.iter().all(is_simple);
    is_possible.then(|| vec![answer.texts().join("; ")])
}

fn in_redis_cli(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let submissions: Vec<Submission> = answer.inputs.iter().filter_map(|input| input.submission.clone()).collect();
    let lines = other_dialect::in_redis_cli(&answer.texts().join("\n"), &submissions)?;
    Some(lines.lines().map(str::to_owned).collect())
}

/// Rewords redis-cli lines with command names in lower case, if the prompt still recognises the lines as redis-cli.
fn in_small_letters(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let lines = in_redis_cli(answer).unwrap_or_else(|| answer.texts());
    let mut is_changed = false;
    let small = |line: String| {
        let is_cli =
            matches!(dialect::inputs(&line, Dialect::Both).as_slice(), [Input::Cli(_) | Input::CliUnlessBound(_)]);
        let (name, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let changed = format!("{} {rest}", name.to_ascii_lowercase());
        let changed = changed.trim_end().to_owned();
        match dialect::inputs(&changed, Dialect::Both).as_slice() {
            [Input::Cli(_)] if is_cli && changed != line => {
                is_changed = true;
                changed
            }
            _ => line,
        }
    };
    let lines: Vec<String> = lines.into_iter().map(small).collect();
    is_changed.then_some(lines)
}

/// Returns whether the name of the command `words` is one of `names`.
fn is_named(words: &[Vec<u8>], names: &[&str]) -> bool {
    words.first().is_some_and(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())))
}
