//! What differs between the commands that were sent and those that the step's own answer sends.

use super::code;
use crate::lesson::evidence::canonical;
use crate::lesson::names;
use redis_engine::commands;

/// A command's words.
pub type Words = Vec<Vec<u8>>;

/// How the learner writes: an option has another name in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Python,
    Cli,
}

/// Commands that are taken for each other, each with what it does.
const FAMILIES: &[&[(&str, &str)]] = &[
    &[("ZRANGE", "goes from the lowest score up"), ("ZREVRANGE", "goes from the highest score down")],
    &[("ZRANK", "counts from the lowest score"), ("ZREVRANK", "counts from the highest score")],
    &[("ZRANGEBYSCORE", "goes upwards, minimum first"), ("ZREVRANGEBYSCORE", "goes downwards, maximum first")],
    &[("ZPOPMIN", "takes the lowest score"), ("ZPOPMAX", "takes the highest score")],
    &[("ZADD", "sets a score"), ("ZINCRBY", "adds to it")],
    &[("ZCARD", "counts all members"), ("ZCOUNT", "counts those between two scores")],
    &[("ZRANK", "tells a place"), ("ZSCORE", "tells a score")],
    &[("LPUSH", "adds at the left end"), ("RPUSH", "adds at the right end")],
    &[("LPOP", "takes from the left end"), ("RPOP", "takes from the right end")],
    &[("BLPOP", "takes from the left end"), ("BRPOP", "takes from the right end")],
    &[("LPOP", "answers at once"), ("BLPOP", "waits until there is something")],
    &[("RPOP", "answers at once"), ("BRPOP", "waits until there is something")],
    &[("LRANGE", "reads and leaves all as it is"), ("LTRIM", "cuts off what is not in the range")],
    &[("HSET", "writes over what a field holds"), ("HSETNX", "leaves a field alone that is there")],
    &[("HSET", "writes a value that you worked out"), ("HINCRBY", "has Redis add")],
    &[("HGET", "reads one field"), ("HGETALL", "reads all fields"), ("HMGET", "reads the fields you name")],
    &[("DEL", "removes whole keys"), ("HDEL", "removes a field")],
    &[("SET", "writes over what is there"), ("SETNX", "leaves alone what is there"), ("APPEND", "adds at its end")],
    &[("SET", "writes a value that you worked out"), ("INCRBY", "has Redis add")],
    &[("GET", "reads and leaves the key"), ("GETDEL", "reads and removes it")],
    &[("GET", "reads one key"), ("MGET", "reads several in one go")],
    &[("INCRBY", "adds"), ("DECRBY", "takes away")],
    &[("TTL", "counts in seconds"), ("PTTL", "counts in milliseconds")],
    &[("EXPIRE", "counts in seconds"), ("PEXPIRE", "counts in milliseconds")],
    &[("SETEX", "counts in seconds"), ("PSETEX", "counts in milliseconds")],
    &[("EXPIRE", "gives a key an end"), ("PERSIST", "takes the end away")],
    &[
        ("SINTER", "keeps what is in all sets"),
        ("SUNION", "takes what is in any"),
        ("SDIFF", "keeps what only the first has"),
    ],
    &[("SADD", "puts members in"), ("SREM", "takes members out")],
    &[("SMEMBERS", "brings all members"), ("SISMEMBER", "asks for one"), ("SCARD", "counts them")],
    &[("SPOP", "takes a member out"), ("SRANDMEMBER", "leaves it in")],
];

/// How the learner wrote it, and what for.
#[derive(Debug, Clone, Copy)]
pub struct AnswerContext<'a> {
    pub spelling: Spelling,
    pub source: &'a str,
    /// What the step asks for, in words.
    pub task: &'a str,
}

/// Options, with redis-py's name for each.
const OPTIONS: &[(&str, &str)] = &[
    ("WITHSCORES", "withscores=True"),
    ("EX", "ex="),
    ("PX", "px="),
    ("EXAT", "exat="),
    ("PXAT", "pxat="),
    ("KEEPTTL", "keepttl=True"),
    ("NX", "nx=True"),
    ("XX", "xx=True"),
    ("GT", "gt=True"),
    ("LT", "lt=True"),
    ("CH", "ch=True"),
    ("GET", "get=True"),
    ("REV", "desc=True"),
    ("BYSCORE", "byscore=True"),
    ("BYLEX", "bylex=True"),
    ("LIMIT", "start=, num="),
    ("MATCH", "match="),
    ("WEIGHTS", "a dict of weights"),
    ("AGGREGATE", "aggregate="),
];

/// Commands whose last two positions are a start and a stop.
const RANGES: [&str; 5] = ["LRANGE", "LTRIM", "ZRANGE", "ZREVRANGE", "GETRANGE"];

/// Commands that take pairs in any order, with the names of the two.
const PAIRS: [(&str, &str); 3] = [("ZADD", "score and member"), ("HSET", "field and value"), ("MSET", "key and value")];

/// What differs between what was sent and what was meant to be, as a sentence; none if nothing can be said.
pub fn sentence(sent: &[Words], intended: &[Words], answer_context: &AnswerContext<'_>) -> Option<String> {
    let (sent, intended): (Vec<_>, Vec<_>) =
        (sent.iter().map(Command::of).collect(), intended.iter().map(Command::of).collect());
    let strange = sent.iter().filter(|command| !intended.contains(command));
    let open: Vec<&Command> = intended.iter().filter(|command| !sent.contains(command)).collect();
    for command in strange {
        let same = open.iter().filter(|wanted| wanted.name == command.name);
        // The one with the most words in common.
        let same = same.max_by_key(|wanted| wanted.words.iter().filter(|word| command.words.contains(word)).count());
        let found = match same {
            Some(wanted) => of_arguments(command, wanted, answer_context),
            None => open.iter().find_map(|wanted| of_names(command, wanted)),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether something that was sent is like something intended: the same command or one that is taken for it, on the same
/// key or one with a name like it.
pub fn is_near(sent: &[Words], intended: &[Words]) -> bool {
    sent.iter().map(Command::of).any(|sent| {
        intended.iter().map(Command::of).any(|wanted| {
            let key = |command: &Command| command.words.first().cloned().unwrap_or_default();
            let are_kin = sent.name == wanted.name || kin(&sent.name, &wanted.name).is_some();
            are_kin && (key(&sent) == key(&wanted) || names::are_alike(&key(&sent), &key(&wanted)))
        })
    })
}

/// Whether each of these commands, of which there is one at least, is intended, and was sent no oftener than that.
pub fn are_among(these: &[Words], sent: &[Words], intended: &[Words]) -> bool {
    let all = |commands: &[Words]| -> Vec<Command> { commands.iter().map(Command::of).collect() };
    let (sent, intended) = (all(sent), all(intended));
    let times = |commands: &[Command], one: &Command| commands.iter().filter(|command| *command == one).count();
    !these.is_empty()
        && all(these).iter().all(|command| (1..=times(&intended, command)).contains(&times(&sent, command)))
}

/// The names of commands, each once, in order.
pub fn command_names(commands: &[Words]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for command in commands.iter().map(Command::of) {
        if !names.contains(&command.name) {
            names.push(command.name);
        }
    }
    names
}

/// A command, as far as it is compared.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    name: String,
    /// Its words without the name and the options.
    words: Vec<String>,
    /// Options, each with what follows it up to the next one.
    options: Vec<(String, Vec<String>)>,
}

impl Command {
    fn of(argv: &Words) -> Command {
        let mut words = argv.iter().map(|word| String::from_utf8_lossy(word).into_owned());
        let mut command =
            Command { name: canonical(&words.next().unwrap_or_default()), words: Vec::new(), options: Vec::new() };
        for (index, word) in words.enumerate() {
            let upper = word.to_ascii_uppercase();
            // The first word is a key or a count, whatever it looks like.
            if index > 0 && OPTIONS.iter().any(|(option, _)| *option == upper) {
                command.options.push((upper, Vec::new()));
            } else if let Some((_, values)) = command.options.last_mut().filter(|(option, _)| takes_value(option)) {
                values.push(word);
            } else {
                command.words.push(word);
            }
        }
        if matches!(command.name.as_str(), "INCRBY" | "DECRBY") && command.words.len() == 1 {
            // INCR, by another name.
            command.words.push("1".into());
        }
        if command.name == "ZRANGE"
            && let Some(index) = command.options.iter().position(|(option, _)| option == "REV")
            && command.options.iter().all(|(option, _)| !option.starts_with("BY"))
        {
            command.options.remove(index);
            command.name = "ZREVRANGE".into();
        }
        command.options.sort();
        command
    }
}

fn takes_value(option: &str) -> bool {
    OPTIONS.iter().any(|(name, python)| *name == option && !python.ends_with("True"))
}

/// What two commands do that are taken for each other.
fn kin(a: &str, b: &str) -> Option<(&'static str, &'static str)> {
    FAMILIES.iter().find_map(|family| {
        let does = |name: &str| family.iter().find(|(known, _)| *known == name).map(|(_, does)| *does);
        does(a).zip(does(b))
    })
}

fn of_names(sent: &Command, wanted: &Command) -> Option<String> {
    let (does, would) = kin(&sent.name, &wanted.name)?;
    let is_same_key = sent.words.first() == wanted.words.first();
    is_same_key.then(|| format!("{} {does}; {} {would}.", code(&sent.name), code(&wanted.name)))
}

fn of_arguments(sent: &Command, wanted: &Command, answer_context: &AnswerContext<'_>) -> Option<String> {
    let spelling = answer_context.spelling;
    if let (Some(a), Some(b)) = (wanted.words.first(), sent.words.first())
        && is_key(sent, 0)
        && names::are_alike(a, b)
    {
        return Some(meant(a, b));
    }
    let missing = wanted.options.iter().find(|(option, _)| sent.options.iter().all(|(other, _)| other != option));
    if let Some((option, _)) = missing {
        return Some(format!("The option {} is missing.", spelt(option, spelling)));
    }
    let surplus = sent.options.iter().find(|(option, _)| wanted.options.iter().all(|(other, _)| other != option));
    if let Some((option, _)) = surplus {
        return Some(format!("The option {} is one too many.", spelt(option, spelling)));
    }
    if let Some(pair) = PAIRS.iter().find(|(name, _)| *name == sent.name).filter(|_| pairs_are_turned(sent, wanted)) {
        return Some(format!("{} stand the other way round.", capitalised(pair.1)));
    }
    of_words(sent, wanted, answer_context).or_else(|| {
        let (option, values) = sent.options.iter().find(|option| !wanted.options.contains(option))?;
        Some(format!("{} was {}, and the step wants another value.", spelt(option, spelling), code(&values.join(" "))))
    })
}

fn of_words(sent: &Command, wanted: &Command, answer_context: &AnswerContext<'_>) -> Option<String> {
    let (a, b) = (&wanted.words, &sent.words);
    let differing: Vec<usize> = (0..a.len().min(b.len())).filter(|&index| a[index] != b[index]).collect();
    if a.len() != b.len() {
        let missing: Vec<_> = (0..a.len()).filter(|&index| !b.contains(&a[index])).collect();
        let surplus: Vec<_> = b.iter().filter(|word| !a.contains(word)).map(|word| code(word)).collect();
        return match (missing.as_slice(), surplus.as_slice()) {
            ([], [surplus]) => Some(format!("{} sent {surplus}, which is one too many.", code(&sent.name))),
            (&[index], []) if is_key(wanted, index) => Some(format!("The key {} is missing.", code(&a[index]))),
            (&[index], []) => Some(format!("{} is missing.", code(&a[index]))),
            _ => None,
        };
    }
    match differing.as_slice() {
        [] => None,
        &[i, j] if a[i] == b[j] && a[j] == b[i] => {
            Some(format!("{} and {} stand the other way round.", code(&b[i]), code(&b[j])))
        }
        &[i, ..] if is_key(sent, i) && names::are_alike(&a[i], &b[i]) => Some(meant(&a[i], &b[i])),
        &[i, ..] if is_key(sent, i) => {
            Some(format!("This went to the key {}; the step is about {}.", code(&b[i]), code(&a[i])))
        }
        &[i] => of_word(&sent.name, i, &b[i], &a[i], answer_context),
        _ => None,
    }
}

/// One word that differs.
fn of_word(name: &str, index: usize, sent: &str, wanted: &str, answer_context: &AnswerContext<'_>) -> Option<String> {
    if wanted.strip_prefix('(') == Some(sent) {
        return Some(format!("{} itself is counted; {} leaves the bound out.", code(sent), code(wanted)));
    }
    if sent.strip_prefix('(') == Some(wanted) {
        return Some(format!("{} leaves {wanted} itself out; without the bracket it is counted.", code(sent)));
    }
    if let (Ok(sent), Ok(wanted)) = (sent.parse::<i64>(), wanted.parse::<i64>()) {
        let is_stop = RANGES.contains(&name) && index == 2;
        return Some(match sent.checked_sub(wanted) {
            Some(1) if is_stop => format!("The stop is included: `{sent}` takes one more."),
            Some(-1) if is_stop => format!("The stop is included, and `{sent}` ends one too early."),
            Some(1) if RANGES.contains(&name) => format!("Places count from 0, and `{sent}` begins one too late."),
            _ => of_number(name, sent, wanted, answer_context),
        });
    }
    let are_alike = names::are_alike(sent, wanted);
    are_alike.then(|| meant(wanted, sent))
}

/// A number that differs. Which is wanted is said where the task says it, too.
fn of_number(name: &str, sent: i64, wanted: i64, answer_context: &AnswerContext<'_>) -> String {
    let digits = |c: char| !(c.is_ascii_digit() || c == '-');
    let is_named = answer_context.task.split(digits).any(|word| word.parse() == Ok(wanted));
    let wants = if is_named { code(&wanted.to_string()) } else { "another".into() };
    match step_of_one(name, answer_context.source).filter(|_| sent == 1) {
        Some(does) => format!("{does}; the step wants {wants}."),
        None => format!("{} sent the number `{sent}`; the step wants {wants}.", code(name)),
    }
}

/// What INCR and DECR do, where one of them was typed: what goes over the wire is INCRBY.
fn step_of_one(name: &str, source: &str) -> Option<&'static str> {
    let words = source.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_uppercase).collect::<Vec<_>>();
    let (typed, does) = match name {
        "INCRBY" => ("INCR", "`INCR` adds 1"),
        "DECRBY" => ("DECR", "`DECR` takes 1 away"),
        _ => return None,
    };
    words.iter().any(|word| word == typed).then_some(does)
}

/// What to say where the key of a command stands behind what belongs after it.
pub fn turned(sent: &[Words], intended: &[Words]) -> Option<String> {
    let intended: Vec<Command> = intended.iter().map(Command::of).collect();
    sent.iter().map(Command::of).find_map(|command| {
        let same = intended.iter().filter(|wanted| wanted.name == command.name);
        let mut keys = same.filter(|wanted| is_key(wanted, 0)).filter_map(|wanted| {
            let (key, first) = (wanted.words.first()?, command.words.first()?);
            let is_other = (0..wanted.words.len()).all(|index| !is_key(wanted, index) || wanted.words[index] != *first);
            (is_other && command.words[1..].contains(key)).then_some(key)
        });
        keys.next().map(|key| format!("The other way round: the key comes first, {}.", code(key)))
    })
}

/// Whether a command is one that is intended, on a key that is intended for none of its name.
pub fn is_at_wrong_key(sent: &Words, intended: &[Words]) -> bool {
    let sent = Command::of(sent);
    let mut same = intended.iter().map(Command::of).filter(|wanted| wanted.name == sent.name).peekable();
    same.peek().is_some() && is_key(&sent, 0) && same.all(|wanted| wanted.words.first() != sent.words.first())
}

fn meant(wanted: &str, sent: &str) -> String {
    format!("Did you mean {}? {} was sent.", code(wanted), code(sent))
}

fn is_key(command: &Command, index: usize) -> bool {
    let Some(row) = commands::by_name(&command.name) else { return false };
    let count = |at: usize| command.words.get(at.checked_sub(1)?)?.parse().ok();
    row.keys.positions(command.words.len() + 1, count).contains(&(index + 1))
}

/// Whether each pair after the key stands in the other command turned round, and not as it is.
fn pairs_are_turned(sent: &Command, wanted: &Command) -> bool {
    let pairs = |command: &Command| -> Vec<(String, String)> {
        let rest = command.words.get(1..).unwrap_or_default();
        rest.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    };
    let (sent, wanted) = (pairs(sent), pairs(wanted));
    !sent.is_empty() && sent.iter().all(|(a, b)| wanted.contains(&(b.clone(), a.clone())) && a != b)
}

fn spelt(option: &str, spelling: Spelling) -> String {
    let python = OPTIONS.iter().find(|(name, _)| *name == option).map(|(_, python)| *python);
    match (spelling, python) {
        (Spelling::Python, Some(python)) => code(python),
        _ => code(option),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Words> {
        let lines = line.split("; ").filter(|line| !line.is_empty());
        lines.map(|line| line.split(' ').map(|word| word.as_bytes().to_vec()).collect()).collect()
    }

    #[test]
    fn each_kind_of_slip_has_its_sentence() {
        use Spelling::{Cli, Python};
        for (sent, intended, spelling, says) in [
            ("ZRANGE b 0 1", "ZRANGE b 0 1 WITHSCORES", Python, "The option `withscores=True` is missing."),
            ("ZRANGE b 0 1", "ZRANGE b 0 1 WITHSCORES", Cli, "The option `WITHSCORES` is missing."),
            ("SET k v", "SET k v EX 300", Python, "The option `ex=` is missing."),
            ("SET k v NX EX 300", "SET k v EX 300", Python, "The option `nx=True` is one too many."),
            ("SET k v EX 30", "SET k v EX 300", Python, "`ex=` was `30`, and the step wants another value."),
            ("LRANGE k -1 0", "LRANGE k 0 -1", Python, "`-1` and `0` stand the other way round."),
            ("ZINCRBY b Alice 50", "ZINCRBY b 50 Alice", Python, "`Alice` and `50` stand the other way round."),
            ("ZADD b Alice 1 Bob 2", "ZADD b 2 Bob 1 Alice", Python, "Score and member stand the other way round."),
            (
                "ZRANGE b 0 1",
                "ZREVRANGE b 0 1",
                Python,
                "`ZRANGE` goes from the lowest score up; `ZREVRANGE` goes from the highest score down.",
            ),
            ("ZRANGE b 0 1 REV", "ZREVRANGE b 0 1", Cli, ""),
            ("ZCOUNT b 150 +inf", "ZCOUNT b (150 +inf", Cli, "`150` itself is counted; `(150` leaves the bound out."),
            (
                "ZCOUNT b (150 +inf",
                "ZCOUNT b 150 +inf",
                Cli,
                "`(150` leaves 150 itself out; without the bracket it is counted.",
            ),
            (
                "HSET h f v",
                "HSETNX h f v",
                Python,
                "`HSET` writes over what a field holds; `HSETNX` leaves a field alone that is there.",
            ),
            ("LPUSH l a", "RPUSH l a", Cli, "`LPUSH` adds at the left end; `RPUSH` adds at the right end."),
            ("LPUSH other a", "RPUSH l a", Cli, ""),
            ("INCRBY k 1", "INCR k", Python, ""),
            ("SET user:100 v", "SET user:1000 v", Python, "Did you mean `user:1000`? `user:100` was sent."),
            ("SET queue v", "SET user:1000 v", Python, "This went to the key `queue`; the step is about `user:1000`."),
            ("ZRANGE bord 0 1", "ZRANGE board 0 1 WITHSCORES", Python, "Did you mean `board`? `bord` was sent."),
            ("HGET h visit", "HGET h visits", Python, "Did you mean `visits`? `visit` was sent."),
            ("LRANGE k 0 3", "LRANGE k 0 2", Python, "The stop is included: `3` takes one more."),
            ("LRANGE k 0 1", "LRANGE k 0 2", Python, "The stop is included, and `1` ends one too early."),
            ("LRANGE k 1 2", "LRANGE k 0 2", Python, "Places count from 0, and `1` begins one too late."),
            ("INCRBY k 4", "INCRBY k 5", Python, "`INCRBY` sent the number `4`; the step wants another."),
            ("INCRBY k 4", "INCRBY k 60", Python, "`INCRBY` sent the number `4`; the step wants `60`."),
            ("INCRBY k 1", "INCRBY k 5", Python, "`INCR` adds 1; the step wants another."),
            ("RPUSH k a b", "RPUSH k a b c", Python, "`c` is missing."),
            ("SREM a", "SREM tags a", Python, "The key `tags` is missing."),
            ("RPUSH k a b c", "RPUSH k a b", Python, "`RPUSH` sent `c`, which is one too many."),
            ("GET a; HGET h visit", "HGET h visits", Python, "Did you mean `visits`? `visit` was sent."),
            ("GET a", "SADD s b", Python, ""),
            ("", "SADD s b", Python, ""),
        ] {
            let answer_context = AnswerContext { spelling, source: "r.incr('k')", task: "Let it live for 60 seconds." };
            let said = sentence(&words(sent), &words(intended), &answer_context).unwrap_or_default();
            assert_eq!(said, says, "{sent:?} for {intended:?}");
        }
    }

    #[test]
    fn what_is_near_is_the_same_command_or_its_kin_on_the_same_key() {
        for (sent, intended, near) in [
            ("ZRANGE b 0 1", "ZREVRANGE b 0 1", true),
            ("GET user:100", "GET user:1000", true),
            ("GET other", "GET user:1000", false),
            ("TYPE b", "ZREVRANGE b 0 1", false),
        ] {
            assert_eq!(is_near(&words(sent), &words(intended)), near, "{sent} for {intended}");
        }
    }

    #[test]
    fn a_key_behind_its_arguments_is_told() {
        for (sent, intended, key) in [
            ("HGET email user:1", "HGET user:1 email", Some("user:1")),
            ("EXPIRE 120 k", "EXPIRE k 60", Some("k")),
            ("SREM tech tags", "SREM tags tech", Some("tags")),
            ("HGET user:1 email", "HGET user:1 email", None),
            ("RENAME b a", "RENAME a b", None),
            ("SADD other tags", "SADD tags a", Some("tags")),
            ("SADD other b", "SADD tags a", None),
            ("PING", "PING", None),
        ] {
            let said = turned(&words(sent), &words(intended));
            let told = key.map(|key| format!("The other way round: the key comes first, `{key}`."));
            assert_eq!(said, told, "{sent} for {intended}");
        }
    }

    #[test]
    fn a_command_at_another_key_is_at_the_wrong_one() {
        let is = |sent: &str, intended: &str| is_at_wrong_key(&words(sent)[0], &words(intended));
        assert!(is("HGETALL user:json", "HGETALL user"));
        assert!(!is("GET user", "HGETALL user") && !is("HGETALL user", "HGETALL user"));
    }

    #[test]
    fn commands_of_the_families_are_commands() {
        for (name, _) in FAMILIES.iter().copied().flatten() {
            assert!(commands::by_name(name).is_some(), "{name}");
        }
    }
}
