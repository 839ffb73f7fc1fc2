//! Tests of the limits on time, memory, output and clients. Each limit is reported by name, and the session continues
//! if possible.

use std::fs;
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::program::{folder, redis_tutor, stderr, stdout};
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::event::{Effect, Event, Need};
use redis_tutor::session::{Options, Session};

/// Runs a script with a time limit of one second, and checks that the limit stopped it. Returns the transcript.
fn assert_stopped(arguments: &[&str], script: &str) -> String {
    let started = Instant::now();
    let arguments = [&["--no-progress", "--time-limit", "1s"], arguments].concat();
    let output = redis_tutor(&arguments, script.as_bytes());
    let (shown, message) = (stdout(&output), stderr(&output));
    assert!(message.starts_with("redis-tutor: stopped after 1 s, its time limit"), "{arguments:?}: {message} {shown}");
    assert!(message.contains("--time-limit 30m"), "{message}");
    assert_eq!(output.status.code(), Some(1));
    assert!(started.elapsed() > Duration::from_millis(900), "{arguments:?} had its second");
    shown
}

#[test]
fn a_script_and_piped_input_are_stopped_at_their_time_limit() {
    // The transcript ends where the limit stopped the script. On a busy machine, Python may not even have started by
    // then.
    let shown = assert_stopped(&["run"], "while True: pass\n\nprint('never')\n");
    assert_eq!(shown, ">>> while True: pass\n");
    let shown = assert_stopped(&["play"], "while True: r.incr('n')\n\nprint('never')\n");
    assert!(shown.starts_with(">>> while True") && !shown.contains("never"), "{shown}");
    // Sleeping takes no real time here, but the loop itself does.
    assert_stopped(&["run"], "import time\nwhile True: time.sleep(1)\n");
    assert_stopped(&["run", "--json"], "while True: pass\n");
    assert_stopped(&["run", "--svg", "-"], "while True: pass\n");
}

#[test]
fn a_script_that_ends_in_time_does_not_notice_the_limit() {
    let output = redis_tutor(&["--time-limit", "5m", "run"], b"print('x')\n");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    let output = redis_tutor(&["--time-limit", "none", "run"], b"print('x')\n");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    let refused = redis_tutor(&["--time-limit", "soon", "run"], b"");
    assert!(stderr(&refused).contains("write a time limit as 30s, 10m or none"), "{}", stderr(&refused));
    let refused = redis_tutor(&["--memory-limit", "much", "run"], b"");
    assert!(stderr(&refused).contains("write a size as 256mb or 2gb"), "{}", stderr(&refused));
}

/// Runs `check` with a time limit on a lesson with one step. `step` contains the remaining lines of that step.
fn check(time_limit: &str, step: &str) -> Output {
    let file = folder(&format!("time-limit-{time_limit}")).join("loop.toml");
    let text = format!(
        "format = 1\nid = \"loop\"\ntitle = \"Loop\"\nminutes = 1\nabout = \"A loop.\"\nremember = \"- It ends.\"\n\
         [[step]]\nid = \"one\"\nsay = \"A counter.\"\n{step}\n"
    );
    fs::write(&file, text).expect("the folder is writable");
    redis_tutor(&["check", "--quick", "--time-limit", time_limit, &file.display().to_string()], b"")
}

#[test]
fn check_stops_an_answer_that_does_not_end() {
    let output = check(
        "1s",
        "task = \"Count.\"\nanswer = \"while True: r.incr('n')\\n\"\nhints = [\"x\"]\n\
         [step.expect]\nstate = [{ run = \"r.get('n')\", reply = \"b'1'\" }]",
    );
    let said = stdout(&output);
    let expected = "loop.toml:11:10: the answers up to step \"one\" were stopped after 1 s, the time limit of a try";
    assert!(said.contains(expected) && said.contains("`check --time-limit 5m`"), "{said}");
    assert!(said.ends_with("1 lesson, 0 tries, 1 fault\n") && !output.status.success(), "{said}");
}

#[test]
fn check_stops_a_mistake_that_does_not_end_and_goes_on() {
    let output = check(
        "10s",
        "task = \"Count.\"\nanswer = \"r.incr('n')\"\nhints = [\"x\"]\n\
         [step.expect]\nstate = [{ run = \"r.get('n')\", reply = \"b'1'\" }]\n\
         [[step.mistake]]\ntry = \"while True: r.set('n', 5)\\n\"\nwhen = { uses = [\"SET\"] }\nsay = \"SET replaces.\"\n\
         [[step.mistake]]\ntry = \"r.get('n')\"\nwhen = { uses = [\"SET\"] }\nsay = \"GET reads.\"",
    );
    let said = stdout(&output);
    assert!(said.contains("loop.toml:16:7: this was stopped after 10 s, the time limit of a try"), "{said}");
    assert!(said.contains("loop.toml:20:7: this mistake is not recognised"), "{said}");
}

#[test]
fn data_beyond_the_memory_limit_is_refused_and_the_learner_is_told_once() {
    let script = "SETRANGE long 600000 x\nSETRANGE a 600000 x\nSETRANGE b 600000 x\nGET long2\nCONFIG GET maxmemory\n\
                  DEL long\nSET a 1\n";
    let output = redis_tutor(&["--memory-limit", "1mb", "run", "--cli"], script.as_bytes());
    let refused = "(error) OOM command not allowed when used memory > 'maxmemory'.";
    let told = " The data takes more than 1 MB, the most that this Redis keeps.";
    let shown = stdout(&output);
    assert_eq!(shown.matches(refused).count(), 2, "{shown}");
    assert_eq!(shown.matches(told).count(), 1, "{shown}");
    assert!(shown.ends_with("1) \"maxmemory\"\n2) \"0\"\n(integer) 1\nOK\n"), "{shown}");

    let script = "for n in range(100): _ = r.set(n, 'x' * 100_000)\n\nr.dbsize()\nr.flushall()\nr.set('a', 1)\n";
    let output = redis_tutor(&["--memory-limit", "1mb", "--no-progress", "play"], script.as_bytes());
    let shown = stdout(&output);
    let error = "redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'.";
    assert!(shown.contains(error) && shown.contains(told), "{shown}");
    assert!(shown.contains(">>> r.dbsize()\n10\n") && shown.ends_with(">>> r.set('a', 1)\nTrue\n"), "{shown}");
}

#[test]
fn a_command_that_asks_for_too_much_memory_is_refused_and_the_session_continues() {
    let raise_limit = "CONFIG SET proto-max-bulk-len 9223372036854775807";
    let output = redis_tutor(
        &["--no-progress", "--memory-limit", "64mb", "run", "--cli"],
        format!("{raise_limit}\nSETBIT b 9223372036854775807 1\nSETRANGE k 3000000000 x\nSET alive 1\n").as_bytes(),
    );
    let shown = stdout(&output);
    assert_eq!(shown.matches("(error) OOM command not allowed").count(), 2, "{shown} {}", stderr(&output));
    assert!(shown.ends_with("OK\n"), "{shown}");
    let output = check(
        "60s",
        &format!(
            "task = \"Set a bit.\"\nanswer = \"\"\"\n{raise_limit}\nSETBIT b 9223372036854775807 1\n\"\"\"\nhints = [\"x\"]\n\
             [step.expect]\nstate = [{{ run = \"r.strlen('b')\", reply = \"1\" }}]"
        ),
    );
    assert_eq!(output.status.code(), Some(1), "{} {}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("raises an error at \"SETBIT"), "{} {}", stdout(&output), stderr(&output));
}

#[test]
fn maxmemory_works_below_the_memory_limit_as_in_redis() {
    let script = "CONFIG SET maxmemory 1\nSET a 1\nCONFIG SET maxmemory 0\nSET a 1\n";
    let output = redis_tutor(&["run", "--cli"], script.as_bytes());
    assert_eq!(
        stdout(&output),
        "OK\n(error) OOM command not allowed when used memory > 'maxmemory'.\nOK\nOK\n",
        "the tutor says nothing about a limit that the learner has set"
    );
}

#[test]
fn the_output_of_a_statement_is_limited_in_a_script() {
    let script = b"print('x' * 20_000_000)\nprint('end')\n";
    let shown = stdout(&redis_tutor(&["run"], script));
    let notice = "\n 4,000,001 more characters are not shown: the output of a statement is limited\n to 16,000,000 characters.\n>>> print('end')\nend\n";
    assert!(shown.ends_with(notice), "{}", &shown[shown.len() - 300..]);
    assert_eq!(shown.matches('x').count(), 16_000_001, "one of them is typed");
    let json = stdout(&redis_tutor(&["run", "--json"], script));
    let first: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["output"].as_str().map(str::len), Some(16 << 20));
    assert_eq!(first["dropped_output"], 20_000_001 - (16 << 20));
    let cli = stdout(&redis_tutor(&["run", "--cli"], b"SETRANGE a 199999 x\n25 GET a\n"));
    assert!(cli.contains("more characters are not shown") || cli.contains("more lines are not shown"));
    assert!(cli.len() < 17_000_000, "{}", cli.len());
}

#[test]
fn a_long_traceback_is_limited_as_output_is_and_shown_after_it() {
    let script = b"print('y' * 50_000)\nraise ValueError('x' * 1_000_000)\n1 / 0\n";
    let shown = stdout(&redis_tutor(&["--no-progress", "play"], script));
    assert!(shown.contains("\nValueError: xxx"), "the output before it was too long, too");
    assert!(shown.contains(" more characters: `:more` shows them."), "{}", shown.len());
    assert!(shown.ends_with("\nZeroDivisionError: division by zero\n"), "{}", shown.len());
    assert!((40_000..42_000).contains(&shown.len()), "{}", shown.len());
    let lines = b"raise ValueError('x\\n' * 1000)\n";
    let shown = stdout(&redis_tutor(&["--no-progress", "play"], lines));
    assert!(shown.ends_with(" more lines: `:more` shows them.\n") && shown.lines().count() < 210, "{shown}");
    let shown = stdout(&redis_tutor(&["run"], b"raise ValueError('x' * 17_000_000)\n"));
    assert!(shown.contains(" more characters are not shown") && shown.len() < 16_001_000, "{}", shown.len());
}

#[test]
fn commands_beyond_those_that_are_kept_are_counted() {
    let json = stdout(&redis_tutor(
        &["run", "--json"],
        b"p = r.pipeline()\nfor n in range(100_100): _ = p.ping()\n\n_ = p.execute()\n",
    ));
    let last: serde_json::Value = serde_json::from_str(json.lines().last().expect("a line")).expect("JSON");
    let kept = last["commands"].as_array().map(Vec::len);
    assert_eq!((kept, last["dropped_commands"].as_u64()), (Some(100_000), Some(102)), "with MULTI and EXEC");
}

/// Returns a session whose prompt accepts redis-cli lines.
fn cli_session() -> Session {
    let mut session = Session::new(Options { dialect: Dialect::Cli, ..Options::repeatable(Arc::default()) });
    session.take_effects();
    session
}

/// Enters a line, and returns everything that the session shows.
fn enter(session: &mut Session, line: &str) -> String {
    session.handle(Event::Entered(line.to_owned()));
    let shows = session.take_effects().into_iter().filter_map(|effect| match effect {
        Effect::Show(show) => Some(format!("{show:?}\n")),
        _ => None,
    });
    shows.collect()
}

#[test]
fn no_more_than_sixteen_clients_can_be_opened() {
    let mut session = cli_session();
    for number in 2..=16 {
        assert!(!enter(&mut session, &format!(":client c{number}")).contains("no more can be opened"), "{number}");
    }
    let said = enter(&mut session, ":client c17");
    assert!(said.contains("There are 16 clients already, and no more can be opened"), "{said}");
    assert!(!enter(&mut session, ":client c2").contains("no more can be opened"), "it is open already");
}

#[test]
fn when_all_clients_wait_and_no_more_can_be_opened_a_wait_ends() {
    let mut session = cli_session();
    for _ in 0..16 {
        enter(&mut session, "BLPOP q 0");
        if matches!(session.need(), Need::Time { .. }) {
            enter(&mut session, "");
        }
    }
    let mut said = String::new();
    while matches!(session.need(), Need::Time { .. }) && said.len() < 10_000 {
        said += &enter(&mut session, "");
    }
    // The last Enter in the loop reached the limit on clients, so a wait was ended.
    assert!(matches!(session.need(), Need::Line(_)), "{said}");
    assert_eq!(session.waits().len(), 15, "{:?}", session.waits());
    let piped = "BLPOP q 0\n".repeat(20) + "PING\n";
    let shown = stdout(&redis_tutor(&["--no-progress", "play"], piped.as_bytes()));
    assert!(shown.contains("There are 16 clients already") && shown.contains("PONG"), "{shown}");
}

#[test]
fn a_program_cannot_open_more_connections_than_maxclients() {
    let script = "r.config_set('maxclients', 20)\n\
                  clients = [redis.Redis() for _ in range(30)]\nfor client in clients: _ = client.ping()\n\nr.ping()\n";
    let output = redis_tutor(&["--no-progress", "play"], script.as_bytes());
    let shown = stdout(&output);
    assert!(shown.contains("redis.exceptions.ConnectionError: max number of clients reached"), "{shown}");
    assert!(shown.ends_with(">>> r.ping()\nTrue\n"), "{shown}");
}

#[test]
fn a_subscription_that_nobody_reads_is_closed_as_in_redis() {
    let script = "p = r.pubsub()\np.subscribe('c')\nfor n in range(40): _ = r.publish('c', 'x' * 1_000_000)\n\n\
                  r.pubsub_numsub('c'), r.info('stats')['client_output_buffer_limit_disconnections']\n";
    let shown = stdout(&redis_tutor(&["--no-progress", "play"], script.as_bytes()));
    assert!(shown.ends_with("\n([(b'c', 0)], 1)\n") || shown.ends_with("\n([(b'c', 1)], 1)\n"), "{shown}");
}

#[test]
fn connections_that_take_up_too_much_memory_are_closed_and_the_learner_is_told() {
    let told = " A connection was closed. Besides the data, all connections together may take 1\n MB: for replies";
    for statement in [
        "r.mget(['long'] * 40)",
        "0; c = r.client(); c.execute_command('MULTI'); [c.execute_command('SET', 'k', 'x' * 100_000) for _ in range(40)]",
        "0; p = r.pubsub(); [p.subscribe(str(n) + 'x' * 100_000) for n in range(40)]; p.get_message()",
    ] {
        let script = format!("_ = r.set('long', 'x' * 100_000)\n_ = {statement}\nr.ping()\n");
        let arguments = ["--memory-limit", "1mb", "--no-progress", "play"];
        let shown = stdout(&redis_tutor(&arguments, script.as_bytes()));
        // redis-py sends the command after MULTI again on a new connection, so no error is raised.
        let raises = shown.contains("redis.exceptions.ConnectionError: Connection closed by server.");
        assert_eq!(raises, !statement.contains("MULTI"), "{shown}");
        assert!(shown.contains(told), "{shown}");
        assert!(shown.ends_with(">>> r.ping()\nTrue\n"), "{shown}");
    }
    let script = "SET long 0123456789\nSETRANGE long 99999 x\nMGET".to_owned() + &" long".repeat(40) + "\nPING\n";
    let shown = stdout(&redis_tutor(&["--memory-limit", "1mb", "run", "--cli"], script.as_bytes()));
    assert!(shown.contains("\nError: Server closed the connection\n") && shown.contains(told), "{shown}");
    assert!(shown.ends_with("\nPONG\n"), "{shown}");
}

#[test]
fn a_timeout_beyond_the_end_of_the_clock_is_none() {
    for (line, need) in [
        ("BLPOP q 9223372036854", Need::Time { deadline_us: None }),
        ("BLPOP q 9e15", Need::Time { deadline_us: None }),
        ("BLPOP q 253402300799", Need::Time { deadline_us: None }),
        ("BLPOP q 10", Need::Time { deadline_us: Some(1_767_268_810_000_000) }),
    ] {
        let mut session = cli_session();
        session.handle(Event::CliLine(line.into()));
        assert_eq!(session.need(), need, "{line}");
    }
    let output = redis_tutor(&["run", "--cli"], b"BLPOP q 9223372036854\nPING\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the script is blocked forever"), "{}", stderr(&output));
    // A long timeout that the clock can represent ends without a real delay.
    let output = redis_tutor(&["run", "--cli"], b"BLPOP q 1000000000\nPING\n");
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), "(nil)\nPONG\n".to_owned()));
    let output = redis_tutor(&["run"], b"import time\ntime.sleep(1e13)\n");
    assert!(stderr(&output).contains("blocked forever"), "{}{}", stdout(&output), stderr(&output));
}
