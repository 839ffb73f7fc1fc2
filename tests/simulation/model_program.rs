//! Compiles the statements that the model of a Python child supports to operations.
//!
//! The statements are valid Python and look like redis-py calls, so that the session splits and logs them in the same
//! way as a learner's statements. `r` is a client with a socket timeout of five seconds, and `w` is a client without a
//! timeout.

use std::fmt;

use python_kernel::syntax;

/// The value of a variable or an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Function,
}

impl fmt::Display for Value {
    /// Formats the value as `repr` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Integer(n) => n.fmt(f),
            Value::Text(text) => write!(f, "'{}'", text.escape_default()),
            Value::Bytes(bytes) => write!(f, "b'{}'", bytes.escape_ascii()),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Value::Function => f.write_str("<function f at 0x1>"),
        }
    }
}

/// A word of a command: a literal, or a variable whose value is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    Literal(Vec<u8>),
    Variable(String),
}

/// An operation of a compiled program. An expression leaves its value for the next operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Value(Value),
    Load(String),
    Store(String),
    Delete(String),
    /// Prints the value's `repr`, as an interactive prompt does, unless the value is None.
    Echo,
    Print,
    /// Sends a command through the named client, and waits for the reply.
    Command(String, Vec<Word>),
    /// Sends several commands through the named client at once, and waits for all replies.
    Pipeline(String, Vec<Vec<Word>>),
    /// Closes the idle connections of the named client.
    Close(String),
    Sleep(u64),
    Now,
    Random,
    Input(String),
    Raise(String, String),
    Exit(i32),
    /// Ends the process immediately, as `os._exit` does.
    Die,
    /// Loops forever. `ignores` is the number of times that the loop catches Ctrl-C.
    Spin {
        ignores: u32,
    },
    /// Runs Python source text in a new thread.
    Thread(String),
    /// Removes all variables and forgets all connections.
    Reset,
}

/// Compiles Python source text. A statement that the model does not support becomes an operation that raises an error.
pub fn compile(source: &str) -> Vec<Op> {
    if let Err(error) = syntax::split_statements(source) {
        return vec![Op::Raise("SyntaxError".into(), error.message)];
    }
    if source.starts_with("if True:\n    for _name in") {
        return vec![Op::Reset];
    }
    if let Some(body) = source.strip_prefix("while True:") {
        return vec![Op::Spin { ignores: u32::from(body.contains("except")) }];
    }
    if let Some((times, body)) = source.strip_prefix("for i in range(").and_then(|rest| rest.split_once("):\n")) {
        let body: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let times = times.parse::<i64>().unwrap_or(0);
        let run = |i: i64| {
            let body: Vec<Op> = body.iter().flat_map(|line| compile(line)).collect();
            [Op::Value(Value::Integer(i)), Op::Store("i".into())].into_iter().chain(body)
        };
        return (0..times).flat_map(run).collect();
    }
    if source.starts_with("def ") {
        return vec![Op::Value(Value::Function), Op::Store("f".into())];
    }
    source.split("; ").flat_map(|statement| compile_simple(statement.trim())).collect()
}

fn compile_simple(statement: &str) -> Vec<Op> {
    let words = ["import ", "from ", "#"];
    if statement.is_empty() || statement == "pass" || words.iter().any(|word| statement.starts_with(word)) {
        return Vec::new();
    }
    if let Some(name) = statement.strip_prefix("del ") {
        return vec![Op::Delete(name.to_owned())];
    }
    if let Some(raised) = statement.strip_prefix("raise ") {
        let (class, message) = raised.split_once('(').unwrap_or((raised, ""));
        return vec![Op::Raise(class.into(), message.trim_end_matches(')').trim_matches('\'').into())];
    }
    if let Some((name, value)) = statement.split_once(" = ")
        && is_name(name)
    {
        let mut ops = expression(value);
        ops.push(Op::Store(name.into()));
        return ops;
    }
    let mut ops = expression(statement);
    ops.push(Op::Echo);
    ops
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn expression(text: &str) -> Vec<Op> {
    if let Some(value) = literal(text) {
        return vec![Op::Value(value)];
    }
    if is_name(text) {
        return vec![Op::Load(text.into())];
    }
    if let Some((repeated, times)) = text.rsplit_once(" * ")
        && let (Some(Value::Text(repeated)), Ok(times)) = (literal(repeated), times.parse())
    {
        return vec![Op::Value(Value::Text(repeated.repeat(times)))];
    }
    let unknown = || vec![Op::Raise("TypeError".into(), format!("the model does not know {text}"))];
    let Some((function, arguments)) = text.split_once('(') else { return unknown() };
    let Some(arguments) = arguments.strip_suffix(')') else { return unknown() };
    let first = split_arguments(arguments).into_iter().next().unwrap_or_default();
    let text_argument = || match literal(&first) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    };
    let seconds = || first.parse::<f64>().map_or(0, |seconds| (seconds * 1e6) as u64);
    match function {
        "print" => {
            let mut ops = expression(&first);
            ops.extend([Op::Print, Op::Value(Value::None)]);
            ops
        }
        "time.sleep" => vec![Op::Sleep(seconds()), Op::Value(Value::None)],
        "time.time" => vec![Op::Now],
        "random.random" => vec![Op::Random],
        "input" => vec![Op::Input(text_argument())],
        "exit" => vec![Op::Exit(first.parse().unwrap_or(0))],
        "os._exit" => vec![Op::Die],
        "start" => vec![Op::Thread(text_argument()), Op::Value(Value::None)],
        _ => client_call(function, arguments).unwrap_or_else(unknown),
    }
}

/// Compiles a call to a method of `r` or `w`. The method `pipe`, which redis-py does not have, takes whole commands, as
/// in `r.pipe('SET a 1', 'INCR n')`.
fn client_call(function: &str, arguments: &str) -> Option<Vec<Op>> {
    let (client, method) = function.split_once('.')?;
    if !matches!(client, "r" | "w") {
        return Some(vec![Op::Load(client.into()), Op::Raise("AttributeError".into(), method.into())]);
    }
    let arguments = split_arguments(arguments);
    if method == "close" {
        return Some(vec![Op::Close(client.into()), Op::Value(Value::None)]);
    }
    if method == "pipe" {
        let command = |argument: &String| match literal(argument) {
            Some(Value::Text(line)) => line.split(' ').map(|word| Word::Literal(word.into())).collect(),
            _ => Vec::new(),
        };
        return Some(vec![Op::Pipeline(client.into(), arguments.iter().map(command).collect())]);
    }
    let name = (method != "execute_command").then(|| Word::Literal(method.to_uppercase().into()));
    let words = name.into_iter().chain(arguments.iter().flat_map(|argument| argument_words(argument)));
    Some(vec![Op::Command(client.into(), words.collect())])
}

/// Converts a method argument to the words of a Redis command. For example, `ex=5` becomes `EX 5`, and `timeout=5`
/// becomes `5`.
fn argument_words(argument: &str) -> Vec<Word> {
    if let Some((keyword, value)) = argument.split_once('=')
        && is_name(keyword)
    {
        let name = (keyword != "timeout").then(|| Word::Literal(keyword.to_uppercase().into()));
        return name.into_iter().chain([word(value)]).collect();
    }
    vec![word(argument)]
}

fn word(argument: &str) -> Word {
    match literal(argument) {
        Some(value) => Word::Literal(bytes_of(&value)),
        None => Word::Variable(argument.to_owned()),
    }
}

/// Returns the bytes that represent a value in a command.
pub fn bytes_of(value: &Value) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Text(text) => text.clone().into_bytes(),
        Value::Integer(n) => n.to_string().into_bytes(),
        other => other.to_string().into_bytes(),
    }
}

fn literal(text: &str) -> Option<Value> {
    if text == "None" {
        return Some(Value::None);
    }
    if let Ok(number) = text.parse() {
        return Some(Value::Integer(number));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote))?;
    Some(Value::Text(inner.replace("\\n", "\n")))
}

/// Splits arguments at the commas that are not inside quotes.
fn split_arguments(text: &str) -> Vec<String> {
    let (mut arguments, mut quote) = (vec![String::new()], None);
    for c in text.chars() {
        if matches!(c, '\'' | '"') {
            quote = match quote {
                None => Some(c),
                Some(open) if open == c => None,
                open => open,
            };
        }
        match arguments.last_mut() {
            Some(last) if c != ',' || quote.is_some() => last.push(c),
            _ => arguments.push(String::new()),
        }
    }
    let trimmed = arguments.iter().map(|argument| argument.trim().to_owned());
    trimmed.filter(|argument| !argument.is_empty()).collect()
}
