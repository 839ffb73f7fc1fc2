//! End-to-end tests of how the tutor judges answers. Each test enters lines in a step, and checks the feedback.

use std::fs;

use crate::support::program::{folder, redis_tutor, stderr, stdout};

/// Enters `typed` in a lesson with the given steps, and returns the program's output with all white space collapsed.
fn tutor_output(name: &str, steps: &str, typed: &str) -> String {
    let folder = folder(&format!("judging-{name}"));
    let head = "format = 1\nid = \"judged\"\ntitle = \"Judged\"\nminutes = 1\nabout = \"One step.\"\nremember = \"- It is judged.\"\n";
    fs::write(folder.join("judged.toml"), format!("{head}{steps}")).expect("cargo's folder for tests can be written");
    let folder = folder.display().to_string();
    let arguments = ["--no-progress", "--color", "never", "--lessons", &folder, "learn", "judged"];
    let output = redis_tutor(&arguments, typed.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    // Joins all lines, because the expected messages may be wrapped.
    stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a step was completed. The output then says how to continue.
fn is_done(output: &str) -> bool {
    output.contains("Enter continues.")
}

const COUNT: &str = r#"
setup = "r.hset('user', mapping={'name': 'Alice', 'visits': 10})"
[[step]]
id = "count"
say = "A hash."
task = "Count a visit."
answer = "r.hincrby('user', 'visits', 1)"
[step.expect]
state = [{ run = "r.hget('user', 'visits')", reply = "b'11'" }]
uses = ["HINCRBY"]
[[step.mistake]]
try = "r.hset('user', 'visits', 11)"
when = { uses = ["HSET"] }
say = "You did the adding. `:again`, then HINCRBY."
spoils = true
[[step.mistake]]
try = "r.hdel('user', 'name')"
when = { state = [{ run = "r.hget('user', 'name')", reply = "None" }] }
say = "The name is gone."
"#;

#[test]
fn a_failed_command_does_not_complete_a_step() {
    for typed in [
        "HINCRBY user visits",
        "r.hincrby('user', 'visits', 'x')",
        "try: r.hincrby('user', 'visits', 'x')\nexcept redis.ResponseError: r.hset('user', 'visits', 11)\n\n",
    ] {
        let (plain, _) = COUNT.split_once("[[step.mistake]]").expect("it has one");
        let said = tutor_output("fails", plain, &format!("r.hset('user', 'visits', 11)\n{typed}\n"));
        assert!(!is_done(&said), "{said}");
    }
    let said = tutor_output("fails-not", COUNT, "r.hincrby('usr', 1)\nr.hincrby('user', 'visits', 1)\n");
    assert!(is_done(&said), "what comes after an error counts: {said}");
}

#[test]
fn a_mistake_that_spoils_the_data_is_not_forgotten() {
    let spoilt = "r.hset('user', mapping={'visits': 10, 'x': 1})\nr.hincrby('user', 'visits', 1)\n";
    let said_to = tutor_output("spoils", COUNT, spoilt);
    assert!(!is_done(&said_to) && said_to.contains("an earlier mistake is still in the data"), "{said_to}");
    for way in [":again\n", ":undo\n:undo\n"] {
        let said = tutor_output("spoils-no-more", COUNT, &format!("{spoilt}{way}r.hincrby('user', 'visits', 1)\n"));
        assert!(is_done(&said), "{said}");
    }
    let harmless = COUNT.replace("spoils = true\n", "");
    assert!(
        is_done(&tutor_output("spoils-not", &harmless, spoilt)),
        "whatever its text says, a mistake spoils nothing by default"
    );
}

#[test]
fn a_mistake_in_the_data_is_reported_for_the_line_that_made_it() {
    let told = |typed: &str| tutor_output("stale", COUNT, typed).matches("The name is gone.").count();
    assert_eq!(told("r.hdel('user', 'name')\nimport json\nr.hlen('user')\n1 +\njson.dumps(1)\n"), 1);
    assert_eq!(told("r.hdel('user', 'name')\nr.hset('user', 'x', 1)\nr.hdel('user', 'x')\n"), 2);
}

const READ: &str = r#"
setup = "r.set('visits', 11)"
[[step]]
id = "read"
say = "A key."
task = "Show the visits as a number."
answer = "int(r.get('visits'))"
[step.expect]
reply = "11"
"#;

#[test]
fn a_shown_value_counts_only_if_it_comes_from_redis() {
    for (typed, done) in [
        ("11", false),
        ("user = {'visits': 11}\nuser['visits']", false),
        ("int(r.get('visits'))", true),
        ("n = r.get('visits')\nprint(int(n))", true),
        ("n = r.get('visits')\nm = int(n)\nm", true),
        ("r.get('visits')\nint(_)", true),
        ("GET visits", true),
        ("r.set('other', 11)\nint(r.get('other'))", false),
    ] {
        let said = tutor_output("asked", READ, &format!("{typed}\n"));
        assert_eq!(is_done(&said), done, "{said}");
    }
    assert!(tutor_output("asked", READ, "11\n").contains("but you didn't ask Redis for it"));
    assert!(
        tutor_output("asked", READ, "r.set('o', 11)\nint(r.get('o'))\n")
            .contains("but it comes from `o`, and the step is about `visits`")
    );
}

const FIELD: &str = r#"
setup = "r.hset('user', mapping={'email': 'a@b.c', 'name': 'Alice'}); r.set('user:json', '{}'); r.set('age', 9)"
[[step]]
id = "field"
say = "A hash."
task = "Show the email, and let it live for 60 seconds."
answer = "r.hget('user', 'email')"
[step.expect]
reply = "b'a@b.c'"
[[step.mistake]]
try = "r.get('user')"
when = { error = "WRONGTYPE" }
say = "GET is for strings."
[[step.mistake]]
try = "r.hget('user', 'mail') + 1"
when = { error = "TypeError" }
say = "Such a field is not there."
[[step.mistake]]
try = "HGET user mail"
when = { reply = "None", uses = ["HGET"], state = [{ run = "r.exists('nothing')", reply = "1" }] }
say = "Never."
"#;

#[test]
fn swapped_arguments_and_wrong_keys_get_specific_feedback() {
    let to = |typed: &str| tutor_output("order", FIELD, &format!("{typed}\n"));
    let turned = to("r.hget('email', 'user')");
    assert!(turned.contains("The arguments are in the wrong order: the key comes first, `user`."), "{turned}");
    let elsewhere = to("r.hget('user:json', 'email')");
    assert!(!elsewhere.contains("GET is for strings"), "{elsewhere}");
    assert!(elsewhere.contains("`user:json` holds a string, but `HGET` works on a hash."), "{elsewhere}");
    assert!(to("r.get('user')").contains("GET is for strings"));
    let missing = to("r.hget('user')");
    assert!(missing.contains("required positional argument") && !missing.contains("Such a field"), "{missing}");
}

#[test]
fn a_missing_quote_or_conversion_is_explained() {
    let to = |typed: &str| tutor_output("quotes", FIELD, &format!("{typed}\n"));
    assert!(to("r.hget(user, 'email')").contains("`user` is not a variable here. Text needs quotes: `'user'`."));
    assert!(to("r.hget(user:1, 'email')").contains("Text needs quotes: `'user:1'`."));
    assert!(to("r.setex('k', 300, {'data': 1})").contains("or use `json.dumps`."));
    let other = to(":client phone\nmail = r.hget('user', 'name')\n:client main\nprint(mail)");
    assert!(other.contains("`mail` is a variable of `phone`. `:client phone` switches to that client."), "{other}");
}

const TIMES: &str = r#"
[[step]]
id = "store"
say = "A key."
task = "Store it for 10 minutes, and let 2 pass."
answer = "r.set('k', 'v', ex=600)\n:wait 2m\nr.ttl('k')"
[step.expect]
reply = "480"
[[step]]
id = "look"
say = "It is still there."
task = "As `phone`, see how long it lives."
answer = ":client phone\nr.ttl('k')"
[step.expect]
reply = "480"
"#;

#[test]
fn a_restarted_step_has_the_same_time_and_client() {
    // The learner waits 7 seconds longer than the step's own answer does.
    let begins = "r.set('k', 'v', ex=600)\n:wait 2m\n:wait 7s\nr.ttl('k')\n:again\n:wait 7s\nr.set('k', 'v', ex=600)\n:wait 2m\nr.ttl('k')\n\n";
    let looks = "print('now', r.time()[0], r.ttl('k'))\n";
    let tried = ":wait 5m\n:client phone\nr.ping()\n:client laptop\nr.ping()\n";
    let said_to = tutor_output("again", TIMES, &format!("{begins}{looks}{tried}:again\n{looks}{tried}:again\n{looks}"));
    let times: Vec<&str> = said_to.split("now ").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
    let [first, again, third] = times.iter().filter(|time| time.starts_with(char::is_numeric)).collect::<Vec<_>>()[..]
    else {
        panic!("{said_to}")
    };
    assert_eq!((first, first), (again, third), "{said_to}");
    assert!(!said_to.contains("phone >>> print") && !said_to.contains("laptop >>> print"), "{said_to}");
    assert_eq!(said_to.matches(" 480").count(), 4, "time is in the clock, and not taken from the keys: {said_to}");
}

const SEATS: &str = r#"
[[step]]
id = "seats"
say = "There is 1 seat."
task = "Define `buy()`."
answer = """
def buy():
    if r.decr('seats') >= 0:
        r.rpush('sold', 'me')
    else:
        r.incr('seats')

"""
[step.expect.every_order]
start = "r.set('seats', 1)"
run = "buy()"
holds = { run = "(r.llen('sold'), r.get('seats'))", reply = "(1, b'0')" }
lost = "the seats don't come out right"
[[step.mistake]]
try = "def buy(): r.decr('seats') >= 0 and r.rpush('sold', 'me')"
when = { uses = ["DECR"], lacks = ["INCR"] }
say = "Who was late has taken a seat that isn't there."
"#;

const BUY: &str =
    "def buy():\n    if r.decr('seats') >= 0:\n        r.rpush('sold', 'me')\n    else:\n        r.incr('seats')\n\n";

#[test]
fn races_begin_with_the_data_at_the_start_of_the_step() {
    let naive =
        "def buy():\n    if int(r.get('seats')) > 0:\n        r.decr('seats')\n        r.rpush('sold', 'me')\n\n";
    for tried in
        ["", "r.set('seats', 1)\nr.rpush('sold', 'me')\n", naive, &format!("{naive}r.set('seats', 1)\nbuy()\n")]
    {
        let said = tutor_output("seats", SEATS, &format!("{tried}{BUY}"));
        assert!(is_done(&said), "{said}");
    }
}

#[test]
fn a_defined_name_is_not_reported_as_undefined() {
    let tried = format!("def buy(): return int(r.get('seats'))\n\nbuy()\n{BUY}");
    let said_to = tutor_output("by-hand", SEATS, &tried);
    assert!(!said_to.contains("is not defined") && is_done(&said_to), "{said_to}");
    assert!(said_to.contains("with the data from the start of the step, after `r.set('seats', 1)`."), "{said_to}");
    assert!(tutor_output("undefined", SEATS, "r.set('seats', 1)\n").contains("it is not defined in this step yet"));
    let broken = tutor_output("broken", SEATS, "buy = 1\ndef buy(): return 1()\n\n");
    assert!(!broken.contains("failed before anything was sent") && broken.contains("in 1 of 1 orders"), "{broken}");
    let as_phone = tutor_output("phone", SEATS, &format!(":client phone\n{BUY}"));
    assert!(is_done(&as_phone), "{as_phone}");
}

const QUESTIONS: &str = r#"
[[step]]
id = "prepare"
say = "A set."
task = "Add one."
answer = "r.sadd('tags', 'a')"
[step.expect]
state = [{ run = "r.scard('tags')", reply = "1" }]
[[step]]
id = "predict"
say = "Is it in?"
predict = "r.sismember('tags', 'a')"
[[step]]
id = "choose"
say = "One of two."
[step.choose]
question = "Which?"
options = [{ text = "`INCRBY k 1`", correct = true, because = "It is." }, { text = "`INCR k`", because = "No." }]
"#;

#[test]
fn a_prediction_must_equal_what_python_prints() {
    let to = |typed: &str| tutor_output("predict", QUESTIONS, &format!("r.sadd('tags', 'a')\n\n{typed}\n"));
    let nearly = to("True");
    assert!(
        nearly.contains("Almost: it is a number, not `True` or `False`.") && !nearly.contains("it is. >>>"),
        "{nearly}"
    );
    assert!(to("1").contains("`1` it is."));
    assert!(to("2").contains("Not `2`. Look again"));
    let runs = to("r.smembers('tags')");
    assert!(runs.contains("type what the last line will print, or `:skip`. Code does not run at `?`."), "{runs}");
}

#[test]
fn lines_can_be_tried_in_a_fork_during_a_question() {
    let tried = tutor_output("fork", QUESTIONS, "r.sadd('tags', 'a')\n\n:fork\nr.scard('tags') + 40\n:fork back\n1\n");
    assert!(tried.contains("41") && tried.contains("`1` it is."), "{tried}");
}

#[test]
fn an_option_can_be_chosen_by_its_text() {
    let to = |typed: &str| tutor_output("choose", QUESTIONS, &format!("r.sadd('tags', 'a')\n\n1\n\n{typed}\n"));
    assert!(to("INCRBY k 1").contains("It is."));
    assert!(to("incr k").contains("No."));
    assert!(to("DECR k").contains("type a number from 1 to 2, or `:skip`."));
}

#[test]
fn undo_does_not_claim_to_take_back_a_refused_answer() {
    let undone = tutor_output("refused", QUESTIONS, "r.sadd('tags', 'a')\n\nr.srem('tags', 'a')\n:undo\n:undo\n");
    assert!(
        undone.contains("`r.srem('tags', 'a')` was not accepted as an answer, and has changed nothing."),
        "{undone}"
    );
    assert!(!undone.contains("Undone: `r.srem"), "{undone}");
    assert!(undone.contains("Undone: `r.sadd('tags', 'a')`."), "the next one goes on: {undone}");
}

#[test]
fn a_lesson_left_before_its_end_resumes_at_its_end() {
    let folder = folder("judging-end");
    let head = "format = 1\nid = \"judged\"\ntitle = \"Judged\"\nminutes = 1\nabout = \"One step.\"\nremember = \"- It is judged.\"\n";
    fs::write(folder.join("judged.toml"), format!("{head}{READ}")).expect("cargo's folder for tests can be written");
    let (folder, progress) = (folder.display().to_string(), folder.join("progress.json").display().to_string());
    let sit = |typed: &str| {
        let arguments = ["--progress", &progress, "--color", "never", "--lessons", &folder, "learn", "judged"];
        stdout(&redis_tutor(&arguments, typed.as_bytes())).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(is_done(&sit("int(r.get('visits'))\n")));
    let end = sit("r.get('visits')\n");
    assert!(end.contains("to remember") && end.contains("It is judged.") && end.contains("b'11'"), "{end}");
    for part in ["That was the last lesson.", "`redis-tutor review`", "`redis-tutor sheet > redis.md`"] {
        assert!(end.contains(part), "{part}: {end}");
    }
    let anew = sit("");
    assert!(anew.contains("Show the visits") && !anew.contains("to remember"), "{anew}");
}

#[test]
fn list_is_an_alias_of_lessons() {
    let listed = |word: &str| stdout(&redis_tutor(&["--no-progress", word], b""));
    assert_eq!(listed("list"), listed("lessons"));
    assert!(!listed("list").is_empty());
}

#[test]
fn the_rest_of_a_line_does_not_run_after_an_error() {
    let said = tutor_output("line", COUNT, "1/0; print('same')\nprint('next')\n");
    assert!(said.contains("ZeroDivisionError") && said.ends_with(" next"), "{said}");
    assert_eq!(said.matches("same").count(), 1, "only the line itself contains it: {said}");
}

#[test]
fn the_code_of_a_lesson_cannot_use_commands_that_reach_out_of_it() {
    let written = folder("judging-reaches-out").join("written.py");
    let _ = fs::remove_file(&written);
    let save = format!(":save {}", written.display());
    for command in [save.as_str(), ":again", ":go self", ":back", "quit", "skip", "pip install x"] {
        let setup = COUNT.replacen("setup = \"", &format!("setup = \"{command}\\n"), 1);
        let probe = COUNT.replacen("run = \"r.hget('user', 'visits')\"", &format!("run = \"{command}\""), 1);
        for (name, steps) in [("setup", setup), ("probe", probe)] {
            let said = tutor_output(&format!("reaches-out-{name}"), &steps, "r.hincrby('user', 'visits', 1)\n");
            assert!(said.contains("11"), "the line has run: {said}");
            assert!(!written.exists(), "{command} in the {name} wrote a file");
        }
    }
}

#[test]
fn a_value_shown_later_counts_for_the_command_that_fetched_it() {
    let step = r#"
setup = "r.hset('user', mapping={'name': 'Alice', 'visits': 10})"
[[step]]
id = "fetch"
say = "A hash."
task = "Fetch the name from `user` with HGET."
answer = "r.hget('user', 'name')"
[step.expect]
reply = "b'Alice'"
uses = ["HGET"]
[[step.mistake]]
try = "r.hgetall('user')"
when = { uses = ["HGETALL"] }
say = "That fetches all fields."
"#;
    let done = tutor_output("later-done", step, "n = r.hget('user', 'name')\nu = r.hgetall('user')\nprint(n)\n");
    assert!(is_done(&done), "{done}");
    let typed = "n = r.hget('user', 'name')\nu = r.hgetall('user')\nprint(u[b'name'])\n";
    let missed = tutor_output("later-missed", step, typed);
    assert!(!is_done(&missed) && missed.ends_with("That fetches all fields."), "{missed}");
}

#[test]
fn a_mistake_that_was_taken_back_no_longer_spoils_the_step() {
    let taken_back = "r.hset('user', 'visits', 11)\nr.hset('user', 'visits', 10)\nr.hincrby('user', 'visits', 1)\n";
    let output = tutor_output("taken-back", COUNT, taken_back);
    assert!(is_done(&output), "{output}");
    let still_there = "r.hset('user', 'visits', 11)\nr.hincrby('user', 'visits', -1)\nr.hset('user', 'name', 'Al')\nr.hincrby('user', 'visits', 1)\n";
    let output = tutor_output("still-there", COUNT, still_there);
    assert!(!is_done(&output), "{output}");
}

#[test]
fn a_command_can_be_demanded_from_a_client() {
    let step = r#"
setup = ":client phone\n:client main"
[[step]]
id = "both"
say = "Two clients."
task = "As `main`, set `a`. As `phone`, set `b`."
answer = ":client main\nr.set('a', 1)\n:client phone\nr.set('b', 1)"
[step.expect]
by = ["main", "phone"]
sent = ["main: SET a", "phone: SET b"]
state = [{ run = "r.exists('a', 'b')", reply = "2" }]
"#;
    let right = tutor_output("roles-right", step, ":client phone\nr.set('b', 1)\n:client main\nr.set('a', 1)\n");
    assert!(is_done(&right), "{right}");
    let exchanged = tutor_output("roles-exchanged", step, "r.set('b', 1)\n:client phone\nr.set('a', 1)\n");
    assert!(!is_done(&exchanged), "{exchanged}");
    assert!(exchanged.contains("`SET a` should come from the client `main`, and here `phone` sent it."), "{exchanged}");
}

#[test]
fn elements_in_another_order_are_not_called_wrong_ones() {
    let step = r#"
setup = "r.zadd('board', {'ann': 1, 'bob': 2})"
[[step]]
id = "ranks"
say = "A board."
task = "Show the places of ann and bob in `board` as a list of numbers."
answer = "[r.zrank('board', name) for name in ['ann', 'bob']]"
[step.expect]
reply = "[0, 1]"
"#;
    let wrong = tutor_output("other-elements", step, "[r.zcard('board'), r.zcard('board')]\n");
    assert!(wrong.contains("but not the right ones"), "{wrong}");
    let reversed = tutor_output("other-order", step, "[r.zcard('board') - 1, r.zcard('board') - 2]\n");
    assert!(!is_done(&reversed) && !reversed.contains("but not the right ones"), "{reversed}");
}

#[test]
fn remarks_name_the_cause_of_a_mistake() {
    let options = r#"
setup = "r.set('greeting', 'hello', ex=900)"
[[step]]
id = "keep"
say = "A greeting."
task = "Set `page:views` to 0."
answer = "r.set('page:views', '0', keepttl=True)"
[step.expect]
state = [{ run = "r.get('page:views')", reply = "b'0'" }]
"#;
    for (line, expected) in [
        ("r.set('page:views', '0', True)", "`True` is the value of an option, and comes after the option's name"),
        ("time('page:views')", "`time` is not defined here."),
        ("page:views = 0", "A key is not a Python variable."),
        ("page:views:home = 0", "A key is not a Python variable."),
        ("set_all('page:views', 0)", "`set_all` is not defined here."),
        ("incr('page:views')", "Commands are methods of the client: `r.incr(…)`."),
        ("r.sett('page:views', 0)", "The client has no method `sett`. Its methods are named after Redis's commands."),
        ("r.set('page:views', 0, ttl=5)", "`r.set` has no argument `ttl`. `r.set?` lists its arguments."),
        ("r.set('page:views')", "`r.set` needs one more argument. `r.set?` lists its arguments."),
        ("r.incrby('page:views', 'one')", "`INCRBY` expects a number where you gave `one`."),
        ("r.lpush('page:views', 0)", "`page:views` now holds a list, but this step needs a string."),
    ] {
        let said = tutor_output("cause", options, &format!("{line}\n"));
        assert!(said.contains(expected), "{line}: {said}");
    }
    for (line, false_remark) in [
        ("r.set('page:views', True)", "is the value of an option"),
        ("r.append('page:views', '0', True)", "is the value of an option"),
        ("await r.set('page:views', 0)", "Did you mean `WAIT`?"),
        ("views: int = 0", "A key is not a Python variable."),
        ("views: Optional = 0", "A key is not a Python variable."),
    ] {
        let said = tutor_output("cause", options, &format!("{line}\n"));
        assert!(!said.contains(false_remark), "{line}: {said}");
    }
}

#[test]
fn a_line_of_the_wrong_client_is_reported_at_once() {
    let step = r#"
setup = "r.delete('n')"
[[step]]
id = "both"
say = "A counter and a name."
task = "Set the counter `n` to 1 and then to 2 with INCR as `main`, and set `name` to ann as `phone`. `:client phone` switches."
answer = "r.incr('n')\nr.incr('n')\n:client phone\nr.set('name', 'ann')"
[step.expect]
sent = ["main: INCR n", "phone: SET name"]
by = ["main", "phone"]
state = [{ run = "r.get('n')", reply = "b'2'" }, { run = "r.get('name')", reply = "b'ann'" }]
"#;
    let by_main = tutor_output("by-main", step, "r.set('name', 'ann')\n");
    assert!(by_main.contains("should come from the client `phone`, and here `main` sent it"), "{by_main}");
    let counted = r#"
[[step]]
id = "both"
say = "A counter."
task = "Count 2 under `n`, one as `main` and one as `phone`. `:client phone` switches."
answer = "r.incr('n')\n:client phone\nr.incr('n')"
[step.expect]
by = ["main", "phone"]
state = [{ run = "r.get('n')", reply = "b'2'" }]
"#;
    let by_one = tutor_output("by-one", counted, "r.incrby('n', 2)\n");
    assert!(by_one.contains("The rest is right, but `phone` should do a part of it. `:again` starts"), "{by_one}");
}

#[test]
fn a_mistake_that_is_made_again_is_named_again() {
    let step = r#"
[[step]]
id = "page"
say = "A page."
task = "Define `page()`, which counts under `n` and returns the number as text. Call it twice."
answer = "def page():\n    return str(r.incr('n'))\n\npage()\npage()"
[step.expect]
reply = "'2'"
state = [{ run = "r.get('n')", reply = "b'2'" }]
[[step.mistake]]
try = "def page():\n    return r.incr('n')\n\npage()"
when = { uses = ["INCR"], typed = ["page()"] }
say = "This is a number."
spoils = true
"#;
    let again = tutor_output("again", step, "def page():\n    return r.incr('n')\n\npage()\npage()\n");
    assert_eq!(again.matches("This is a number.").count(), 2, "{again}");
}

#[test]
fn a_lifetime_that_time_will_shorten_is_not_reported() {
    let step = r#"
[[step]]
id = "window"
say = "A window."
task = "Count under `n` with a lifetime of 60 s, let 30 s pass (`:wait 30s`), and count again."
answer = "r.incr('n')\nr.expire('n', 60)\n:wait 30s\nr.incr('n')"
[step.expect]
state = [{ run = "r.get('n')", reply = "b'2'" }, { run = "0 < r.ttl('n') <= 30", reply = "True" }]
"#;
    let first = tutor_output("early", step, "r.set('n', 1, ex=60)\n");
    assert!(!first.contains("at most"), "{first}");
    let late = tutor_output("late", step, "r.set('n', 1, ex=60)\n:wait 30s\nr.set('n', 2, ex=60)\n");
    assert!(!is_done(&late), "{late}");
}

#[test]
fn clients_that_wait_in_the_wrong_order_are_reported() {
    let step = r#"
[[step]]
id = "wait"
say = "Two clients."
task = "Let first `one` and then `two` wait on `jobs`, and look at the number of clients as `main`. `:client one` switches."
answer = ":client one\nr.blpop('jobs')\n:client two\nr.blpop('jobs')\n:client main\nINFO clients"
[step.expect]
uses = ["INFO"]
waiting = ["one", "two"]
"#;
    let wrong = ":client two\nr.blpop('jobs')\n:client one\nr.blpop('jobs')\n:client main\nr.info('clients')['blocked_clients']\n";
    let said = tutor_output("waiting-order", step, wrong);
    assert!(said.contains("`two` began to wait before `one`."), "{said}");
}

#[test]
fn a_right_line_after_a_mistake_is_not_called_the_mistake() {
    let step = r#"
setup = "r.hset('h', 'old', 1)"
[[step]]
id = "fields"
say = "A hash."
task = "In the hash `h`, set the field `city` to Lisbon, and delete the field `old`."
answer = "r.hset('h', 'city', 'Lisbon')\nr.hdel('h', 'old')"
[step.expect]
state = [{ run = "r.hgetall('h')", reply = "{b'city': b'Lisbon'}" }]
[[step.mistake]]
try = "r.hset('h', 'Lisbon', 'city')"
when = { state = [{ run = "r.hexists('h', 'Lisbon')", reply = "True" }] }
say = "Field and value are swapped."
spoils = true
"#;
    let said = tutor_output("right-after", step, "r.hset('h', 'Lisbon', 'city')\nr.hdel('h', 'old')\n");
    assert_eq!(said.matches("Field and value are swapped.").count(), 1, "{said}");
    assert!(said.contains("That's part of it, but an earlier mistake is still in the data."), "{said}");
}
