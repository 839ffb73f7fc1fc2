//! Commands in a form in which they can be compared: options are separate from the other arguments, and commands with
//! the same meaning have the same name.

use super::evidence::canonical;
use redis_engine::commands;

/// A command's name and arguments, as they were sent.
pub type Words = Vec<Vec<u8>>;

/// A command in a form in which it can be compared with others.
#[derive(Debug)]
pub struct SentCommand {
    pub name: String,
    /// The name under which the command was sent, in upper case. Comparisons ignore it.
    pub sent_name: String,
    /// The arguments, without the options.
    pub words: Vec<String>,
    /// The options, each with the values that follow it.
    pub options: Vec<(String, Vec<String>)>,
}

/// An option of a command.
#[derive(Debug, Clone, Copy)]
pub struct CommandOption {
    pub redis_name: &'static str,
    /// The redis-py parameter for this option.
    pub python_name: &'static str,
    /// Whether the option is followed by a value.
    has_value: bool,
}

/// The options that are kept apart from other arguments.
const OPTIONS: &[CommandOption] = &[
    flag("WITHSCORES", "withscores=True"),
    option("EX", "ex="),
    option("PX", "px="),
    option("EXAT", "exat="),
    option("PXAT", "pxat="),
    flag("KEEPTTL", "keepttl=True"),
    flag("NX", "nx=True"),
    flag("XX", "xx=True"),
    flag("GT", "gt=True"),
    flag("LT", "lt=True"),
    flag("CH", "ch=True"),
    flag("GET", "get=True"),
    flag("REV", "desc=True"),
    flag("BYSCORE", "byscore=True"),
    flag("BYLEX", "bylex=True"),
    option("LIMIT", "start=, num="),
    option("MATCH", "match="),
    option("WEIGHTS", "a dict of weights"),
    option("AGGREGATE", "aggregate="),
];

/// Commands in which the order of the arguments after the key does not matter.
const UNORDERED_MEMBERS: [&str; 5] = ["SADD", "SREM", "ZREM", "HDEL", "PFADD"];

/// Commands whose arguments are all keys, in any order.
const UNORDERED_KEYS: [&str; 7] = ["DEL", "UNLINK", "EXISTS", "TOUCH", "SINTER", "SUNION", "PFCOUNT"];

const fn flag(redis_name: &'static str, python_name: &'static str) -> CommandOption {
    CommandOption { redis_name, python_name, has_value: false }
}

const fn option(redis_name: &'static str, python_name: &'static str) -> CommandOption {
    CommandOption { redis_name, python_name, has_value: true }
}

impl CommandOption {
    /// Returns the option with the given name in Redis, or `None` if there is none.
    pub fn by_name(redis_name: &str) -> Option<CommandOption> {
        OPTIONS.iter().copied().find(|option| option.redis_name == redis_name)
    }
}

impl PartialEq for SentCommand {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.words, &self.options) == (&other.name, &other.words, &other.options)
    }
}

impl SentCommand {
    /// Parses a command's name and arguments.
    pub fn parse(argv: &Words) -> SentCommand {
        let mut words = argv.iter().map(|word| String::from_utf8_lossy(word).into_owned());
        let sent_name = words.next().unwrap_or_default();
        let counts_by_one = ["INCR", "DECR"].iter().any(|name| sent_name.eq_ignore_ascii_case(name));
        let mut command = SentCommand {
            name: canonical(&sent_name),
            sent_name: sent_name.to_ascii_uppercase(),
            words: Vec::new(),
            options: Vec::new(),
        };
        for (index, word) in words.enumerate() {
            let upper = word.to_ascii_uppercase();
            let has_value = |name: &String| CommandOption::by_name(name).is_some_and(|option| option.has_value);
            // The first argument is a key or a count, even if it looks like an option.
            if index > 0 && CommandOption::by_name(&upper).is_some() {
                command.options.push((upper, Vec::new()));
            } else if let Some((_, values)) = command.options.last_mut().filter(|(option, _)| has_value(option)) {
                values.push(word);
            } else {
                command.words.push(word);
            }
        }
        if counts_by_one && command.words.len() == 1 {
            // INCR and DECR are compared as INCRBY and DECRBY with the number 1.
            command.words.push("1".into());
        }
        if command.name == "ZRANGE" {
            command.name = command.name_of_range();
        }
        let ordered = if UNORDERED_KEYS.contains(&command.name.as_str()) { 0 } else { 1 };
        if ordered == 0 || UNORDERED_MEMBERS.contains(&command.name.as_str()) {
            command.words.get_mut(ordered..).unwrap_or_default().sort();
        }
        command.options.sort();
        command
    }

    /// Returns the name of the older command that is equivalent to this ZRANGE, such as ZREVRANGEBYSCORE. Removes the
    /// options that the name implies.
    fn name_of_range(&mut self) -> String {
        let mut take = |name: &str| {
            let index = self.options.iter().position(|(option, _)| option == name);
            index.map(|index| self.options.remove(index)).is_some()
        };
        let is_reversed = take("REV");
        let order = if take("BYSCORE") {
            "BYSCORE"
        } else if take("BYLEX") {
            "BYLEX"
        } else {
            ""
        };
        format!("Z{}RANGE{order}", if is_reversed { "REV" } else { "" })
    }

    /// Parses several commands.
    pub fn parse_all(commands: &[Words]) -> Vec<SentCommand> {
        commands.iter().map(SentCommand::parse).collect()
    }

    /// Returns the command's first key. If the command has no key, returns its first argument, or `None` if it has no
    /// arguments.
    pub fn first_key(&self) -> Option<String> {
        let key = (0..self.words.len()).find(|index| self.is_key(*index)).unwrap_or_default();
        self.words.get(key).cloned()
    }

    /// Returns whether the argument at this index is a key. The command's name is not counted.
    pub fn is_key(&self, index: usize) -> bool {
        let Some(row) = commands::by_name(&self.name) else { return false };
        let word = |at: usize| self.words.get(at.checked_sub(1)?).map(String::as_bytes);
        row.keys.positions(self.words.len() + 1, word).contains(&(index + 1))
    }
}

/// Returns the names of commands without duplicates, in the order in which they were first sent.
pub fn command_names(commands: &[Words]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for command in SentCommand::parse_all(commands) {
        if !names.contains(&command.name) {
            names.push(command.name);
        }
    }
    names
}

/// Returns whether a step was done without at least one of the commands that the lesson's own answer sends.
///
/// `sent` contains all commands that were sent in the step.
pub fn is_another_way(sent: &[Words], intended: &[Words]) -> bool {
    let sent = command_names(sent);
    !sent.is_empty() && command_names(intended).iter().any(|name| !sent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Words {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn commands_that_mean_the_same_are_equal() {
        for (a, b, are_equal) in [
            ("INCR a", "INCRBY a 1", true),
            ("ZRANGE b 0 1 REV", "ZREVRANGE b 0 1", true),
            ("ZRANGE b 5 9 BYSCORE WITHSCORES", "ZRANGEBYSCORE b 5 9 WITHSCORES", true),
            ("ZRANGE b 9 5 BYSCORE REV", "ZREVRANGEBYSCORE b 9 5", true),
            ("ZRANGE b 5 9", "ZRANGEBYSCORE b 5 9", false),
            ("SADD tags a b", "SADD tags b a", true),
            ("SADD tags a b", "SADD a tags b", false),
            ("SINTER a b", "SINTER b a", true),
            ("SDIFF a b", "SDIFF b a", false),
            ("RPUSH q a b", "RPUSH q b a", false),
        ] {
            let parsed = [a, b].map(|line| SentCommand::parse(&words(line)));
            assert_eq!(parsed[0] == parsed[1], are_equal, "{a} / {b}");
        }
    }

    #[test]
    fn another_way_lacks_a_command_of_the_answer() {
        assert!(is_another_way(&[words("ZRANGE b 0 1")], &[words("ZREVRANGE b 0 1")]));
        assert!(!is_another_way(&[words("GET a"), words("INCRBY a 5")], &[words("INCR a")]));
        assert!(!is_another_way(&[], &[words("INCR a")]), "a step in which nothing was sent is not another way");
    }
}
