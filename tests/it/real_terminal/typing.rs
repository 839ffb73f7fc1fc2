//! Tests of the line editor: editing, completion, history, blocks, and type-ahead.

use super::terminal::{CTRL_C, CTRL_D, CTRL_X_CTRL_E, TAB, Terminal, UP};

#[test]
fn a_block_is_typed_recalled_and_pasted() {
    let mut terminal = Terminal::start("block", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("for i in range(2):\r");
    terminal.wait_for_prompt("...");
    terminal.send_keys("print('seen', i)\r");
    terminal.wait_until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
    terminal.send_keys("\r");
    terminal.wait_for_text("seen 1");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys(UP);
    terminal.wait_until("the block", |text| text.matches("print('seen', i)").count() == 2);
    terminal.send_keys("\r");
    terminal.wait_until("its output", |text| text.matches("seen 1").count() == 2);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("\x1b[200~def f(x):\n    y = 1\n\n    return x + y\n\nf(41)\n\x1b[201~");
    terminal.wait_for_text("f(41)");
    terminal.send_keys("\r");
    terminal.wait_for_text("\n42\n");
    terminal.wait_for_prompt(">>>");
}

#[test]
fn a_paste_that_the_terminal_does_not_mark_keeps_its_indentation() {
    let mut terminal = Terminal::start("unmarked-paste", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("for i in range(2):\r    for j in range(2):\r        print(i, j)\r    print('end', i)\r\r");
    terminal.wait_for_text("\n0 0\n0 1\nend 0\n1 0\n1 1\nend 1\n");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("if True:\r\tx = 1\relse:\r\tx = 2\r\rx\r");
    terminal.wait_for_text("\n1\n");
    // Automatic indentation works again in the next block.
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("if x:\r");
    terminal.wait_for_prompt("...");
    terminal.send_keys("'indented'\r\r");
    terminal.wait_for_text("\n'indented'\n");
}

#[test]
fn a_long_list_of_completions_is_left_by_the_usual_keys() {
    for (name, key) in [("list-ctrl-c", CTRL_C), ("list-escape", "\x1b"), ("list-q", "q")] {
        let mut terminal = Terminal::start(name, (80, 8), &["play"]);
        terminal.wait_for_prompt(">>>");
        // Completion works only if a Python process is already running.
        terminal.enter_line("40 + 2", "\n42\n", ">>>");
        terminal.send_keys("r.z");
        terminal.wait_until("what was typed", |text| text.contains(">>> r.z"));
        terminal.send_keys(TAB);
        terminal.wait_for_text("--More--");
        terminal.send_keys(key);
        terminal.wait_until("the prompt", |text| text.lines().last().is_some_and(|line| line.starts_with(">>> r.z")));
        terminal.send_keys("card('nothing')\r");
        terminal.wait_for_text("\n0\n");
        terminal.wait_for_prompt(">>>");
        // After that, the keys have their usual meaning again.
        terminal.send_keys("'a q'");
        terminal.wait_for_text("'a q'");
        terminal.send_keys(CTRL_C);
        terminal.wait_for_prompt(">>>");
    }
}

#[test]
fn text_that_is_pasted_into_a_search_is_searched_for() {
    let mut terminal = Terminal::start("search", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("r.set('needle', 7)", "True", ">>>");
    terminal.enter_line("x = 1", "", ">>>");
    terminal.send_keys("\x12\x1b[200~needle\n\x1b[201~");
    terminal.wait_for_text("(reverse-i-search)`needle': r.set('needle', 7)");
    terminal.send_keys("\r");
    terminal.wait_until("the second reply", |text| text.matches("\nTrue\n").count() == 2);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("\x1b[200~'pasted'\x1b[201~\r");
    terminal.wait_for_text("\n'pasted'\n");
}

#[test]
fn the_first_empty_line_shows_which_bracket_is_open() {
    for (name, colours) in [("bracket", "always"), ("bracket-plain", "never")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--color", colours]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("r.zcount('temps', -inf, (120)\r");
        terminal.wait_for_prompt("...");
        terminal.send_keys("\r");
        terminal.wait_for_text("closes it, Ctrl-C drops the line.");
        terminal.send_keys("\r");
        terminal.wait_until("another prompt", |text| text.ends_with("...\n..."));
        assert_eq!(terminal.text().matches("is still open: ").count(), 1, "{}", terminal.text());
        terminal.send_keys(CTRL_C);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("\x1b[200~print(40,\n\n2)\n\x1b[201~");
        terminal.wait_for_text("2)");
        terminal.send_keys("\r");
        terminal.wait_for_text("40 2");
        assert_eq!(
            terminal.text().matches("is still open").count(),
            1,
            "a paste may contain empty lines: {}",
            terminal.text()
        );
    }
}

#[test]
fn a_block_is_edited_as_a_whole_and_in_an_external_editor() {
    let editor = [("EDITOR", "sed -i s/range.3/range(2/")];
    let mut terminal = Terminal::start_with("whole", (80, 24), &["play"], &editor);
    terminal.wait_for_prompt(">>>");
    terminal.recall_block();
    terminal.send_keys(CTRL_X_CTRL_E);
    terminal.wait_for_text("range(2)");
    terminal.send_keys("\r");
    terminal.wait_for_text("seen 1");
    terminal.wait_for_prompt(">>>");
    assert!(!terminal.text().contains("seen 2"), "{}", terminal.text());
}

#[test]
fn ctrl_arrows_move_by_words_in_both_edit_modes() {
    for (name, mode) in [("words-emacs", "emacs"), ("words-vi", "vi")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--edit-mode", mode]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("'one two three'");
        terminal.wait_for_text("'one two three'");
        let ctrl_left = "\x1b[1;5D";
        terminal.send_keys(&(ctrl_left.repeat(2) + "ten\r"));
        terminal.wait_for_text("'one tentwo three'\n'one tentwo three'\n");
    }
    let mut terminal = Terminal::start("vi", (80, 24), &["play", "--edit-mode", "vi"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("'wrong' 'right'");
    terminal.wait_for_text("'wrong' 'right'");
    terminal.send_keys("\x1b");
    terminal.wait_until("the cursor steps back", |_| true);
    terminal.send_keys("0dW");
    terminal.wait_for_prompt(">>> 'right'");
    terminal.send_keys("A + '!'\r");
    terminal.wait_for_text("\n'right!'\n");
}

#[test]
fn the_right_arrow_accepts_a_suggestion_of_the_history() {
    let mut terminal = Terminal::start("suggestion", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("r.rpush('queue:tasks', 'mail')", "\n1\n", ">>>");
    terminal.send_keys("r.rp");
    terminal.wait_for_prompt(">>> r.rpush('queue:tasks', 'mail')");
    let right = "\x1b[C";
    terminal.send_keys(&(right.to_owned() + "\r"));
    terminal.wait_for_text("\n2\n");
    terminal.wait_for_prompt(">>>");
    // The Python prompt and the redis-cli prompt have separate histories.
    terminal.enter_line(":cli", "", "127.0.0.1:6379>");
    terminal.enter_line("LLEN queue:tasks", "(integer) 2", "127.0.0.1:6379>");
    terminal.enter_line(":python", "", ">>>");
    terminal.send_keys(UP);
    terminal.send_keys(UP);
    terminal.wait_for_prompt(">>> r.rpush('queue:tasks', 'mail')");
    terminal.send_keys(CTRL_C);
    // The history does not suggest an answer to the current step, even if the learner has typed it before.
    let mut lesson = Terminal::start("no-spoiler", (80, 24), &["learn", "first-contact/first-key"]);
    lesson.wait_for_prompt(">>>");
    lesson.enter_line("x = 1", "", ">>>");
    let history = lesson.home.join("redis-tutor/history");
    lesson.enter_line("r.set('user:1000:name', 'Alice')", "True", ">>>");
    assert!(std::fs::read_to_string(history).expect("the history is saved").contains("'Alice'"));
    lesson.enter_line(":again", "", ">>>");
    lesson.send_keys("r.set('us");
    lesson.wait_until("the signature alone", |text| {
        text.lines().last().is_some_and(|line| line.contains("r.set('us  name, value"))
    });
}

#[test]
fn names_keys_and_fields_are_completed() {
    let mut terminal = Terminal::start("completion", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("r.hset('user:1000', mapping={'name': 'Alice', 'visits': 10})", "\n2\n", ">>>");
    terminal.send_keys("r.hgeta");
    terminal.send_keys(TAB);
    terminal.wait_for_text("r.hgetall");
    terminal.send_keys("('us");
    terminal.send_keys(TAB);
    terminal.wait_for_text("r.hgetall('user:1000");
    terminal.send_keys("')\r");
    terminal.wait_for_text("b'visits': b'10'");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("HGET user:1000 ");
    terminal.wait_for_text("HGET user:1000 field");
    terminal.send_keys("n");
    terminal.send_keys(TAB);
    terminal.send_keys("\r");
    terminal.wait_for_text("\"Alice\"");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys(":c");
    terminal.send_keys(TAB);
    // The editor shows the typed line again below the list.
    let is_again = |text: &str| text.lines().last().is_some_and(|line| line.starts_with(">>> :cli"));
    terminal.wait_until("the list of names", |text| text.contains("client  become") && is_again(text));
}

#[test]
fn groups_and_consumers_of_streams_are_completed() {
    let mut terminal = Terminal::start("completion-of-groups", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("XGROUP CREATE orders kitchen $ MKSTREAM", "\nOK\n", ">>>");
    terminal.enter_line("XGROUP CREATECONSUMER orders kitchen cook", "\n(integer) 1\n", ">>>");
    for (typed, completed) in [
        ("XREADGROUP GROUP ki", "XREADGROUP GROUP kitchen"),
        (" c", "XREADGROUP GROUP kitchen cook"),
        (" STREAMS or", "XREADGROUP GROUP kitchen cook STREAMS orders"),
    ] {
        terminal.send_keys(typed);
        terminal.send_keys(TAB);
        terminal.wait_for_text(completed);
    }
    terminal.send_keys(" >\r");
    terminal.wait_for_text("\n(nil)\n");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("r.xpending('orders', 'ki");
    terminal.send_keys(TAB);
    terminal.wait_for_text("r.xpending('orders', 'kitchen");
}

#[test]
fn input_reads_a_line_at_its_own_prompt() {
    let mut terminal = Terminal::start("input", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("name = input('who? ')\r");
    terminal.wait_for_prompt("who?");
    terminal.send_keys("Alice\r");
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("name", "'Alice'", ">>>");
    terminal.send_keys("input('again? ')\r");
    terminal.wait_for_prompt("again?");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("KeyboardInterrupt");
    terminal.wait_for_prompt(">>>");
}

#[test]
fn the_history_is_saved_without_passwords() {
    let mut terminal = Terminal::start("history", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("40 + 2", "\n42\n", ">>>");
    terminal.enter_line("AUTH hunter2", "ERR", ">>>");
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
    let home = terminal.home.clone();
    let saved = std::fs::read_to_string(home.join("redis-tutor/history")).expect("the history is saved");
    assert_eq!(saved, "40 + 2\n");
    let mut second_run = Terminal::start_in(home, (80, 24), &["play"]);
    second_run.wait_for_prompt(">>>");
    second_run.send_keys(UP);
    second_run.wait_for_prompt(">>> 40 + 2");
}

#[test]
fn text_follows_the_width_of_the_terminal() {
    let mut terminal = Terminal::start("resize", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.resize((40, 24));
    terminal.enter_line(":doc GET", "GET key", ">>>");
    let text = terminal.text();
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    assert!(text.lines().skip_while(|line| !line.contains(":doc")).all(|line| !line.ends_with('-')), "{text}");
}

#[test]
fn the_status_line_appears_when_it_changes() {
    let mut terminal = Terminal::start("status", (80, 24), &["play", "--color", "never"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("MULTI", " MULTI, 0 queued · ", ">>>");
    terminal.enter_line("GET a", " MULTI, 1 queued · ", ">>>");
    terminal.enter_line(":client bob", " as bob · ", "bob >>>");
    terminal.enter_line(":wait 5m", " UTC, 5 min ahead", "bob >>>");
    terminal.enter_line("1 + 1", "\n2\n", "bob >>>");
    assert_eq!(terminal.text().matches("UTC").count(), 4, "{}", terminal.text());
}

#[test]
fn a_program_that_runs_for_long_gets_an_indicator() {
    let mut terminal = Terminal::start("busy", (80, 24), &["play", "--color", "never"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.wait_for_text(" running for 3 s · Ctrl-C stops it");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("KeyboardInterrupt");
    terminal.wait_for_text("That took ");
    terminal.wait_for_prompt(">>>");
    assert!(!terminal.text().contains("running for"), "{}", terminal.text());
}

#[test]
fn ctrl_c_drops_the_line_but_no_input_behind_it() {
    let mut terminal = Terminal::start("dropped", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys(&format!("nonsense{CTRL_C}20 + 22\r"));
    terminal.wait_for_text("\n42\n");
    // The point at which Ctrl-C stops the loop is random, so no snapshot contains the traceback. The test waits for the
    // "running for" indicator, because an earlier Ctrl-C might arrive before the loop starts.
    terminal.send_keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.wait_for_text("running for");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("KeyboardInterrupt");
    terminal.wait_for_prompt(">>>");
}

#[test]
fn input_typed_while_a_program_runs_is_entered_afterwards() {
    let mut terminal = Terminal::start("typed-ahead", (80, 24), &["play", "--color", "never"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("sum(range(20_000_000))\r");
    // The line editor turns off bracketed paste just before the program runs.
    while terminal.screen.screen().bracketed_paste() {
        terminal.read_output();
    }
    terminal.send_keys(&format!("20 + 22\rname = input('who? ')\rAlice\rname * 2\r{CTRL_D}"));
    assert_eq!(terminal.exit_status(), 0);
    let text = terminal.text();
    assert!(text.contains("\n199999990000000\n"), "{text}");
    assert!(text.contains("\n>>> 20 + 22\n42\n>>> name = input('who? ')\nwho? Alice\n>>> name * 2\n'AliceAlice'\n"));
}

#[test]
fn a_terminal_that_the_line_editor_does_not_support_gets_plain_lines() {
    for (term, is_explained) in [("emacs", true), ("cons25", true), ("DUMB", true), ("dumb", false)] {
        let mut terminal = Terminal::start_with("no-editor", (80, 24), &["play"], &[("TERM", term)]);
        terminal.wait_for_prompt(">>>");
        terminal.enter_line("20 + 22", "\n42\n", ">>>");
        assert_eq!(terminal.text().contains("cannot redraw a line"), is_explained, "{term}: {}", terminal.text());
        assert!(!terminal.written.contains(&0x1b), "{term}: {}", terminal.text());
        terminal.send_keys(CTRL_D);
        assert_eq!(terminal.exit_status(), 0, "{term}");
    }
}
