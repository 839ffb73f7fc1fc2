//! Tests with tables of answers and the variations that the rules derive from them.

use super::methods::Methods;
use super::played_answer::{PlayedAnswer, StepStart};
use super::{Attempt, Kind, Outcome, Silence, Variation, names_key, variations};
use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
use crate::lesson::format::{self, Step};

/// Some methods with their parameters, in the output format of `LIST_METHODS` in `methods.rs`.
const METHODS: &str = "\
blpop keys timeout
decrby name amount
delete *
execute_command *
get name
getdel name
hget name key
hgetall name
hset name key value mapping items
incr name amount
incrby name amount
lpush name *
lrange name start end
pipeline transaction shard_hint
rpush name *
set name value ex px nx
smembers name
zrange name start end desc withscores
zrevrange name start end withscores
";

/// Returns a step whose `expect` table has the content `expect`.
fn step(expect: &str) -> Step {
    let text = format!(
        "format = 1\nid = \"a\"\ntitle = \"A\"\nminutes = 1\nabout = \"A.\"\nremember = \"- A.\"\n\
         [[step]]\nid = \"one\"\nsay = \"A.\"\ntask = \"Use `a` and `q`.\"\nanswer = \"r.ping()\"\n[step.expect]\n{expect}\n"
    );
    format::parse(&text).expect("the step is valid").steps.remove(0)
}

/// Returns the submission that results from `source`. `sent` contains the commands, separated by semicolons. `shown` is
/// the echoed value, the printed text if `source` is a call to `print`, or an error after an exclamation mark.
fn ran(source: &str, sent: &str, shown: &str) -> Submission {
    let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
    let is_printed = source.starts_with("print(");
    let error = shown.strip_prefix('!').and_then(|error| error.split_once(": ")).map(|(class, message)| Failure {
        class: class.into(),
        message: message.into(),
        exit_status: None,
    });
    let is_echoed = error.is_none() && !is_printed && !shown.is_empty();
    Submission {
        source: source.into(),
        commands: sent.split(';').filter(|line| !line.is_empty()).map(words).collect(),
        output: if error.is_none() && !shown.is_empty() { format!("{shown}\n") } else { String::new() },
        value: is_echoed.then(|| DisplayedValue::Python(shown.into())),
        error,
        ..Submission::default()
    }
}

/// Returns the variations of an answer, each as its rule, whether the tutor is allowed to stay silent, and its inputs.
/// Each line of the answer consists of source text, the commands that it sent, and what it showed. The learner knows
/// all keys except `own`, and all names except `mail`. If a line contains the key `'mail'`, a client was already
/// waiting when the step began.
fn varied(expect: &str, lines: &[(&str, &str, &str)]) -> Vec<(&'static str, bool, Vec<String>)> {
    let (step, methods) = (step(expect), Methods::parse(METHODS));
    let answer = lines.iter().map(|(source, ..)| *source).collect::<Vec<_>>().join("\n");
    let is_command = |source: &str| source.starts_with(':');
    let submissions: Vec<Submission> = lines
        .iter()
        .filter(|(source, ..)| !is_command(source))
        .map(|(source, sent, shown)| ran(source, sent, shown))
        .collect();
    let has_waiting_client = answer.contains("'mail'");
    let start =
        StepStart { is_known_key: &|key| key != "own", is_known_name: &|name| name != "mail", has_waiting_client };
    let played = PlayedAnswer::new(&step, &answer, &submissions, start, &methods);
    let shown = |variation: Variation| {
        let is_silent = variation.kind == Kind::Mutant(Silence::Allowed);
        (variation.rule, is_silent, variation.inputs)
    };
    variations(&played).into_iter().map(shown).collect()
}

/// Returns the variations that a rule derives from an answer. The inputs of each variation are joined with ` | `.
fn by_rule(rule: &str, expect: &str, lines: &[(&str, &str, &str)]) -> Vec<String> {
    let all = varied(expect, lines).into_iter().filter(|(name, ..)| *name == rule);
    all.map(|(_, _, inputs)| inputs.join(" | ")).collect()
}

const VALUE: &str = "reply = \"b'1'\"";
const STATE: &str = "state = [{ run = \"r.get('a')\", reply = \"b'1'\" }]";
const EXACT: &str = "reply = \"b'1'\"\nexactly = true";

#[test]
fn answers_show_their_values_in_other_ways() {
    let get = &[("r.get('a')", "GET a", "b'1'")][..];
    let print = &[("print(r.get('a'))", "GET a", "b'1'")][..];
    let missing = &[("r.get('a')", "GET a", "")][..];
    let set = &[("r.set('a', 1)", "SET a 1", "True")][..];
    let list = &[("r.lrange('q', 0, -1)", "LRANGE q 0 -1", "[b'x', b'y']")][..];
    let tags = &[("r.smembers('q')", "SMEMBERS q", "{b'x', b'y'}")][..];
    let hash = &[("r.hgetall('a')", "HGETALL a", "{b'x': b'1'}")][..];
    let ranks = &[("r.zrange('q', 0, 0, withscores=True)", "ZRANGE q 0 0 WITHSCORES", "[(b'x', 1.0)]")][..];
    let sum = &[("int(r.get('a')) + 1", "GET a", "2")][..];
    let refused = &[("r.incr('a')", "INCRBY a 1", "!redis.exceptions.ResponseError: no")][..];
    let with_variable = &[("value = 1", "", ""), ("r.get('a')", "GET a", "b'1'")][..];
    let assigned = &[("n = r.get('a')", "GET a", "")][..];
    let typed = &[("r.sintercard(1, ['a'])", "SINTERCARD 1 a", "1")][..];
    let computed = &[("[int(r.get('a'))]", "GET a", "[1]")][..];
    let named = &[("rows = r.lrange('q', 0, -1)", "LRANGE q 0 -1", ""), ("rows", "", "[b'x', b'y']")][..];
    for (rule, expect, lines, wanted) in [
        ("variable", VALUE, get, Some("value = r.get('a') | value")),
        ("variable", VALUE, print, Some("value = r.get('a') | print(value)")),
        ("variable", VALUE, missing, Some("value = r.get('a') | print(value)")),
        ("variable", VALUE, refused, Some("value = r.incr('a')")),
        ("variable", VALUE, with_variable, Some("value = 1 | result = r.get('a') | result")),
        ("variable", VALUE, assigned, None),
        ("variable-in-one-line", VALUE, get, Some("value = r.get('a'); value")),
        ("variable-in-one-line", VALUE, refused, None),
        ("print", VALUE, get, Some("print(r.get('a'))")),
        ("print", VALUE, print, None),
        ("walrus", VALUE, get, Some("print(value := r.get('a'))")),
        ("if", STATE, set, Some("if r.set('a', 1):\n    print('done')\n")),
        ("if", VALUE, get, Some("value = r.get('a') | if value:\n    print(value)\n")),
        ("if", VALUE, missing, None),
        ("if", VALUE, refused, None),
        ("try", STATE, set, Some("try:\n    r.set('a', 1)\nexcept redis.RedisError as error:\n    print(error)\n")),
        ("try", VALUE, get, Some("try:\n    print(r.get('a'))\nexcept redis.RedisError as error:\n    print(error)\n")),
        (
            "try",
            "error = 'no'",
            refused,
            Some("try:\n    r.incr('a')\nexcept redis.RedisError as error:\n    print(error)\n"),
        ),
        ("f-string", VALUE, get, Some("print(f\"Here it is: {r.get('a')}\")")),
        ("f-string", EXACT, get, None),
        ("f-string", VALUE, typed, None),
        ("label", VALUE, typed, None),
        ("f-string", VALUE, missing, None),
        ("label", VALUE, get, Some("print('Here it is:', r.get('a'))")),
        ("decoded", VALUE, get, Some("r.get('a').decode()")),
        ("decoded", VALUE, print, Some("print(r.get('a').decode())")),
        ("decoded", EXACT, get, None),
        ("decoded", VALUE, set, None),
        ("decoded", VALUE, list, Some("[item.decode() for item in r.lrange('q', 0, -1)]")),
        ("decoded", VALUE, tags, Some("{item.decode() for item in r.smembers('q')}")),
        ("decoded", VALUE, hash, Some("{field.decode(): value.decode() for field, value in r.hgetall('a').items()}")),
        (
            "decoded",
            VALUE,
            ranks,
            Some("[(member.decode(), score) for member, score in r.zrange('q', 0, 0, withscores=True)]"),
        ),
        ("loop", VALUE, list, Some("for item in r.lrange('q', 0, -1):\n    print(item)\n")),
        ("loop", VALUE, hash, Some("for field, value in r.hgetall('a').items():\n    print(field, value)\n")),
        ("loop", VALUE, get, None),
        ("loop", VALUE, computed, None),
        ("loop", VALUE, named, Some("rows = r.lrange('q', 0, -1) | for item in rows:\n    print(item)\n")),
        ("loop", STATE, list, None),
        ("decoded-loop", VALUE, tags, Some("for item in r.smembers('q'):\n    print(item.decode())\n")),
        ("comprehension", VALUE, list, Some("[item for item in r.lrange('q', 0, -1)]")),
        ("comprehension", VALUE, tags, None),
        ("sorted", VALUE, tags, Some("sorted(r.smembers('q'))")),
        ("unpacked", VALUE, list, Some("first, second = r.lrange('q', 0, -1) | print(first, second)")),
        ("unpacked", VALUE, ranks, None),
        ("helper-function", VALUE, sum, Some("def look():\n    return int(r.get('a')) + 1\n | look()")),
        ("helper-function", VALUE, print, Some("def look():\n    return r.get('a')\n | print(look())")),
    ] {
        let wanted: Vec<&str> = wanted.into_iter().collect();
        assert_eq!(by_rule(rule, expect, lines), wanted, "{rule} of {lines:?}");
    }
}

#[test]
fn answers_send_their_commands_in_other_ways() {
    let get = &[("r.get('a')", "GET a", "b'1'")][..];
    let set = &[("r.set('a', 'x y', ex=9)", "SET a x y EX 9", "True")][..];
    let push = &[("r.rpush('q', 'x', 'y')", "RPUSH q x y", "2")][..];
    let two = &[("r.set('a', 1)", "SET a 1", "True"), ("print(r.get('a'))", "GET a", "b'1'")][..];
    let pop = &[("r.blpop('q', timeout=1)", "BLPOP q 1", "(b'q', b'x')")][..];
    let own = &[("r = redis.Redis(db=1)", "", ""), ("r.get('a')", "GET a", "b'1'")][..];
    let clients = &[
        (":client one", "", ""),
        ("r.get('a')", "GET a", "b'1'"),
        (":client two", "", ""),
        ("r.get('a')", "GET a", "b'1'"),
    ][..];
    let sum = &[("n = int(r.get('a'))", "GET a", ""), ("r.set('a', n + 1)", "SET a 2", "True")][..];
    let decoded = &[("r.get('a').decode()", "GET a", "'1'")][..];
    let looped = &[("for n in 1, 2:\n    r.rpush('q', n)", "RPUSH q 1;RPUSH q 2", "")][..];
    let cli = &[("SET a 1", "SET a 1", "")][..];
    let waited_for = &[("r.rpush('mail', 'x')", "RPUSH mail x", "1")][..];
    let function = &[("def f():\n    return r.get('a')", "", ""), ("f()", "GET a", "b'1'")][..];
    let waits =
        &[("r.blpop('q')", "BLPOP q 0", "(b'q', b'x')"), (":wait 1m", "", ""), ("r.get('a')", "GET a", "b'1'")][..];
    for (rule, expect, lines, wanted) in [
        ("own-client", VALUE, waits, None),
        ("own-client", VALUE, get, Some("c = redis.Redis() | c.get('a')")),
        ("own-client", VALUE, own, None),
        (
            "own-client",
            VALUE,
            clients,
            Some(":client one | c = redis.Redis() | c.get('a') | :client two | c = redis.Redis() | c.get('a')"),
        ),
        ("own-client", VALUE, cli, None),
        (
            "own-client-with-address",
            VALUE,
            get,
            Some("c = redis.Redis(host='localhost', port=6379, db=0) | c.get('a')"),
        ),
        ("decoding-client", VALUE, get, Some("c = redis.Redis(decode_responses=True) | c.get('a')")),
        ("decoding-client", EXACT, get, None),
        ("decoding-client", VALUE, decoded, None),
        ("decoding-client", VALUE, function, None),
        ("execute-command", VALUE, get, Some("r.execute_command('GET', 'a')")),
        ("execute-command", VALUE, decoded, Some("r.execute_command('GET', 'a').decode()")),
        ("execute-command", VALUE, sum, Some("n = int(r.execute_command('GET', 'a')) | r.set('a', n + 1)")),
        ("execute-command", VALUE, looped, None),
        ("pipeline", VALUE, two, Some("p = r.pipeline() | p.set('a', 1) | p.get('a') | p.execute()")),
        ("pipeline", VALUE, pop, None),
        ("pipeline", VALUE, sum, None),
        ("pipeline", VALUE, waited_for, None),
        ("pipeline", VALUE, decoded, None),
        ("pipeline", EXACT, get, None),
        ("pipeline-chain", VALUE, two, Some("r.pipeline().set('a', 1).get('a').execute()")),
        (
            "pipeline-block",
            VALUE,
            two,
            Some("with r.pipeline() as p:\n    p.set('a', 1)\n    p.get('a')\n    print(p.execute())\n"),
        ),
        ("pipeline-block", STATE, set, Some("with r.pipeline() as p:\n    p.set('a', 'x y', ex=9)\n    p.execute()\n")),
        ("keyword-arguments", VALUE, set, Some("r.set(name='a', value='x y', ex=9)")),
        ("keyword-arguments", VALUE, push, None),
        ("keyword-arguments", VALUE, pop, Some("r.blpop(keys='q', timeout=1)")),
        ("key-in-variable", VALUE, get, Some("key = 'a' | r.get(key)")),
        ("key-in-variable", VALUE, clients, Some(":client one | key = 'a' | r.get(key) | :client two | r.get('a')")),
        (
            "program-in-function",
            VALUE,
            sum,
            Some("def answer():\n    n = int(r.get('a'))\n    return r.set('a', n + 1)\n | answer()"),
        ),
        (
            "program-in-function",
            VALUE,
            two,
            Some("def answer():\n    r.set('a', 1)\n    print(r.get('a'))\n | answer()"),
        ),
        ("program-in-function", VALUE, own, None),
        ("program-in-function", VALUE, get, None),
        ("pasted", VALUE, two, Some("r.set('a', 1)\nprint(r.get('a'))\n")),
        ("pasted", VALUE, clients, None),
        ("one-line", VALUE, two, Some("r.set('a', 1); print(r.get('a'))")),
        ("one-line", VALUE, looped, None),
        ("redis-cli", VALUE, two, Some("SET a 1 | GET a")),
        ("redis-cli", VALUE, sum, None),
        ("redis-cli-in-small-letters", VALUE, two, Some("set a 1 | get a")),
        ("redis-cli-in-small-letters", VALUE, cli, Some("set a 1")),
    ] {
        let wanted: Vec<&str> = wanted.into_iter().collect();
        assert_eq!(by_rule(rule, expect, lines), wanted, "{rule} of {lines:?}");
    }
}

#[test]
fn answers_are_made_wrong() {
    let get = &[("r.get('a')", "GET a", "b'1'")][..];
    let two = &[("r.rpush('q', 'x')", "RPUSH q x", "1"), ("r.lrange('q', 0, -1)", "LRANGE q 0 -1", "[b'x']")][..];
    let own = &[("r.get('own')", "GET own", "b'1'")][..];
    let cli = &[("LRANGE q 0 -1", "LRANGE q 0 -1", "")][..];
    let block =
        &[("p = r.pipeline()", "", ""), ("p.set('a', 1)", "", ""), ("p.execute()", "MULTI;SET a 1;EXEC", "[True]")][..];
    let chain = &[("r.pipeline().incr('a').execute()", "MULTI;INCRBY a 1;EXEC", "[1]")][..];
    let function = &[("def f():\n    r.set('a', 1)", "", ""), ("f()", "SET a 1", "")][..];
    let waits = &[(":wait 1m", "", ""), ("r.get('a')", "GET a", "b'1'")][..];
    let fields = &[("HMGET a x y", "HMGET a x y", "")][..];
    let switch = &[(":client one", "", ""), ("r.get('a')", "GET a", "b'1'")][..];
    for (rule, expect, lines, wanted) in [
        ("other-key", VALUE, get, &["r.get('a:2')"][..]),
        ("other-key", VALUE, own, &[]),
        (
            "other-key",
            VALUE,
            two,
            &[
                "r.rpush('q:2', 'x') | r.lrange('q:2', 0, -1)",
                "r.rpush('q:2', 'x') | r.lrange('q', 0, -1)",
                "r.rpush('q', 'x') | r.lrange('q:2', 0, -1)",
            ],
        ),
        ("other-key", VALUE, cli, &["LRANGE q:2 0 -1"]),
        ("neighbour-command", VALUE, get, &["r.getdel('a')"]),
        ("swapped-arguments", VALUE, fields, &["HMGET x a y"]),
        ("swapped-arguments", VALUE, cli, &["LRANGE 0 q -1", "LRANGE q -1 0"]),
        (
            "swapped-arguments",
            VALUE,
            two,
            &[
                "r.rpush('x', 'q') | r.lrange('q', 0, -1)",
                "r.rpush('q', 'x') | r.lrange(0, 'q', -1)",
                "r.rpush('q', 'x') | r.lrange('q', -1, 0)",
            ],
        ),
        ("left-out", VALUE, two, &["r.lrange('q', 0, -1)", "r.rpush('q', 'x')"]),
        ("left-out", VALUE, get, &[]),
        ("left-out", VALUE, waits, &["r.get('a')"]),
        ("off-by-one", VALUE, cli, &["LRANGE q 1 -1", "LRANGE q -1 -1", "LRANGE q 0 0", "LRANGE q 0 -2"]),
        (
            "off-by-one",
            VALUE,
            block,
            &["p = r.pipeline() | p.set('a', 2) | p.execute()", "p = r.pipeline() | p.set('a', 0) | p.execute()"],
        ),
        ("not-executed", VALUE, chain, &["r.pipeline().incr('a')"]),
        ("not-executed", VALUE, get, &["r.pipeline().get('a')"]),
        ("not-executed", VALUE, block, &[]),
        ("not-called", VALUE, function, &["def f():\n    r.set('a', 1)"]),
        ("not-called", VALUE, get, &["def answer():\n    return r.get('a')\n"]),
        ("wrong-client", VALUE, switch, &[]),
        ("wrong-client", "by = [\"one\"]", switch, &[":client somebody | r.get('a')"]),
        (
            "wrong-client",
            "by = [\"one\", \"two\"]",
            switch,
            &[":client somebody | r.get('a')", ":client one | r.get('a')", ":client two | r.get('a')"],
        ),
    ] {
        assert_eq!(by_rule(rule, expect, lines), wanted, "{rule} of {lines:?}");
    }
}

#[test]
fn names_that_the_learner_cannot_know_are_replaced() {
    let own = &[("r.set('own', 1)", "SET own 1", "True"), ("r.get('own')", "GET own", "b'1'")][..];
    let known = &[("r.set('a', 1)", "SET a 1", "True")][..];
    let cli = &[("SET own 1", "SET own 1", "OK")][..];
    let function = &[("def f():\n    r.set('own', 1)\n", "", ""), ("f()", "SET own 1", "")][..];
    let composed = &[("r.set('own', 1)", "SET own 1", "True"), ("r.get('o' + end)", "GET own", "b'1'")][..];
    let variable = &[("mail = r.get('a')", "GET a", ""), ("f'{mail}'", "", "\"b'1'\"")][..];
    let named = &[("n = r.get('a')", "GET a", ""), ("n", "", "b'1'")][..];
    let declared = &[("def f(mail):\n    return mail\n", "", ""), ("mail = f(1)", "", "")][..];
    let client = &[(":client mail", "", ""), ("r.get('a')", "GET a", "b'1'"), (":client main", "", "")][..];
    for (rule, lines, wanted) in [
        ("own-key", own, &["r.set('mine:0', 1) | r.get('mine:0')"][..]),
        ("own-key", known, &[]),
        ("own-key", cli, &["SET mine:0 1"]),
        ("own-key", function, &["def f():\n    r.set('mine:0', 1) | f()"]),
        ("own-key", composed, &[]),
        ("own-variable", variable, &["my_mail = r.get('a') | f'{my_mail}'"]),
        ("own-variable", named, &[]),
        ("own-variable", declared, &[]),
        ("own-client-name", client, &[":client somebody | r.get('a') | :client main"]),
        ("own-client-name", named, &[]),
    ] {
        assert_eq!(by_rule(rule, VALUE, lines), wanted, "{rule} of {lines:?}");
    }
}

#[test]
fn an_unfinished_answer_may_meet_silence() {
    let two = [("r.rpush('q', 'x')", "RPUSH q x", "1"), ("r.lrange('q', 0, -1)", "LRANGE q 0 -1", "[b'x']")];
    let silent: Vec<Vec<String>> =
        varied(VALUE, &two).into_iter().filter(|(_, is_silent, _)| *is_silent).map(|(_, _, inputs)| inputs).collect();
    assert_eq!(silent, [["r.rpush('q', 'x')"]]);
}

#[test]
fn a_key_is_named_in_quotes_or_by_its_colons() {
    for (text, key, is_named) in [
        ("Store 5 under `count`.", "count", true),
        ("Type `r.get('count')`.", "count", true),
        ("Count the visits.", "visits", false),
        ("Define `sold(item, n)`.", "sold", false),
        ("Type `GET user:1`.", "user:1", true),
        ("Type `GET user:1:name`.", "user:1", false),
        ("The keys user:12 and user:1.", "user:1", true),
    ] {
        assert_eq!(names_key(text, key), is_named, "{key} in {text}");
    }
}

/// Returns the outcome of a mutant, as a string. `tried` is the attempt with the mutant, and `answer` is the attempt
/// with the answer. Each consists of the command that was sent, what it showed, and whether it changed the data. `done`
/// tells whether the mutant completed the step, and `words` contains the tutor's messages about it.
fn outcome(
    silence: Silence,
    tried: (&str, &str, bool),
    answer: (&str, &str, bool),
    done: bool,
    words: &[&str],
) -> String {
    let attempt = |(sent, shown, changed): (&str, &str, bool)| {
        let submission = Submission { changed, ..ran("line", sent, shown) };
        let mut attempt = Attempt::default();
        attempt.errors.extend(submission.error.clone().map(|error| ("line".to_owned(), error)));
        attempt.submissions.push(submission);
        attempt
    };
    let mut tried = attempt(tried);
    tried.done = done;
    tried.words = words.iter().map(|&word| word.to_owned()).collect();
    let kind = Kind::Mutant(silence);
    let variation = Variation { rule: "off-by-one", kind, inputs: vec!["line".into()] };
    match Outcome::of_attempt(&step(VALUE), &variation, &tried, &attempt(answer)) {
        Outcome::AsDemanded => "as demanded".into(),
        Outcome::NoEffect => "no effect".into(),
        Outcome::Problem(problem) => problem.message,
    }
}

#[test]
fn a_mutant_must_not_pass_and_must_get_a_word() {
    let get = ("GET a", "b'1'", false);
    let set = ("SET a 1", "True", true);
    for (tried, answer, done, words, wanted) in [
        (("GET b", "b'2'", false), get, false, &["Almost."][..], "as demanded"),
        (("GET b", "b'2'", false), get, false, &[], "the tutor says nothing"),
        (("GET b", "b'2'", false), get, true, &["Done."], "still does the step"),
        (("GETEX a", "b'1'", false), get, true, &["Done."], "no effect"),
        // If the answer changes data, an attempt that only reads data is not a mistake, unless it raises an error.
        (get, set, false, &[], "as demanded"),
        (("GET a", "!redis.exceptions.ResponseError: no", false), set, false, &[], "the tutor says nothing"),
        (("DEL a", "0", false), set, false, &[], "the tutor says nothing"),
        (("", "", false), set, false, &[], "the tutor says nothing"),
    ] {
        let outcome = outcome(Silence::Forbidden, tried, answer, done, words);
        assert!(outcome.contains(wanted), "{tried:?} in place of {answer:?}: {outcome}");
    }
    for (tried, silence, wanted) in [
        (("", "[]", false), Silence::AllowedWithoutCommands, "as demanded"),
        (("", "!NameError: no", false), Silence::AllowedWithoutCommands, "the tutor says nothing"),
        (("DEL a", "0", false), Silence::AllowedWithoutCommands, "the tutor says nothing"),
        (("DEL a", "0", false), Silence::Allowed, "as demanded"),
    ] {
        assert!(outcome(silence, tried, set, false, &[]).contains(wanted), "{tried:?} with {silence:?}");
    }
}
