//! Typing: editing, completion, history, blocks, and what is typed ahead.

use super::terminal::{CTRL_C, CTRL_D, CTRL_X_CTRL_E, TAB, Terminal, UP};

#[test]
fn a_block_is_typed_recalled_and_pasted() {
    let mut terminal = Terminal::start("block", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("for i in range(2):\r");
    terminal.until_prompt("...");
    terminal.keys("print('seen', i)\r");
    terminal.until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
    terminal.keys("\r");
    terminal.until_text("seen 1");
    terminal.until_prompt(">>>");
    terminal.keys(UP);
    terminal.until("the block", |text| text.matches("print('seen', i)").count() == 2);
    terminal.keys("\r");
    terminal.until("its output", |text| text.matches("seen 1").count() == 2);
    terminal.until_prompt(">>>");
    terminal.keys("\x1b[200~def f(x):\n    y = 1\n\n    return x + y\n\nf(41)\n\x1b[201~");
    terminal.until_text("f(41)");
    terminal.keys("\r");
    terminal.until_text("\n42\n");
    terminal.until_prompt(">>>");
}

#[test]
fn an_open_bracket_is_named_at_the_first_empty_line() {
    for (name, colours) in [("bracket", "always"), ("bracket-plain", "never")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--color", colours]);
        terminal.until_prompt(">>>");
        terminal.keys("r.zcount('temps', -inf, (120)\r");
        terminal.until_prompt("...");
        terminal.keys("\r");
        terminal.until_text("closes it, Ctrl-C drops the line.");
        terminal.keys("\r");
        terminal.until("another prompt", |text| text.ends_with("...\n..."));
        assert_eq!(terminal.text().matches("is still open: ").count(), 1, "{}", terminal.text());
        terminal.keys(CTRL_C);
        terminal.until_prompt(">>>");
        terminal.keys("\x1b[200~print(40,\n\n2)\n\x1b[201~");
        terminal.until_text("2)");
        terminal.keys("\r");
        terminal.until_text("40 2");
        assert_eq!(terminal.text().matches("is still open").count(), 1, "a paste is whole: {}", terminal.text());
    }
}

#[test]
fn a_block_is_edited_as_a_whole_and_outside() {
    let editor = [("EDITOR", "sed -i s/range.3/range(2/")];
    let mut terminal = Terminal::start_with("whole", (80, 24), &["play"], &editor);
    terminal.until_prompt(">>>");
    terminal.recall_block();
    terminal.keys(CTRL_X_CTRL_E);
    terminal.until_text("range(2)");
    terminal.keys("\r");
    terminal.until_text("seen 1");
    terminal.until_prompt(">>>");
    assert!(!terminal.text().contains("seen 2"), "{}", terminal.text());
}

#[test]
fn words_are_moved_over_in_either_way_of_editing() {
    for (name, mode) in [("words-emacs", "emacs"), ("words-vi", "vi")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--edit-mode", mode]);
        terminal.until_prompt(">>>");
        terminal.keys("'one two three'");
        terminal.until_text("'one two three'");
        let ctrl_left = "\x1b[1;5D";
        terminal.keys(&(ctrl_left.repeat(2) + "ten\r"));
        terminal.until_text("'one tentwo three'\n'one tentwo three'\n");
    }
    let mut terminal = Terminal::start("vi", (80, 24), &["play", "--edit-mode", "vi"]);
    terminal.until_prompt(">>>");
    terminal.keys("'wrong' 'right'");
    terminal.until_text("'wrong' 'right'");
    terminal.keys("\x1b");
    terminal.until("the cursor steps back", |_| true);
    terminal.keys("0dW");
    terminal.until_prompt(">>> 'right'");
    terminal.keys("A + '!'\r");
    terminal.until_text("\n'right!'\n");
}

#[test]
fn the_history_suggests_and_the_right_arrow_takes_over() {
    let mut terminal = Terminal::start("suggestion", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.rpush('queue:tasks', 'mail')", "\n1\n", ">>>");
    terminal.keys("r.rp");
    terminal.until_prompt(">>> r.rpush('queue:tasks', 'mail')");
    let right = "\x1b[C";
    terminal.keys(&(right.to_owned() + "\r"));
    terminal.until_text("\n2\n");
    terminal.until_prompt(">>>");
    // At the other prompt, what was typed there.
    terminal.enter(":cli", "", "127.0.0.1:6379>");
    terminal.enter("LLEN queue:tasks", "(integer) 2", "127.0.0.1:6379>");
    terminal.enter(":python", "", ">>>");
    terminal.keys(UP);
    terminal.keys(UP);
    terminal.until_prompt(">>> r.rpush('queue:tasks', 'mail')");
    terminal.keys(CTRL_C);
    // An answer stays the learner's to find, though they have found it before.
    let mut lesson = Terminal::start("no-spoiler", (80, 24), &["learn", "first-contact/first-key"]);
    lesson.until_prompt(">>>");
    lesson.enter("x = 1", "", ">>>");
    let history = lesson.home.join("redis-tutor/history");
    lesson.enter("r.set('user:1000:name', 'Alice')", "True", ">>>");
    assert!(std::fs::read_to_string(history).expect("history is kept").contains("'Alice'"));
    lesson.enter(":again", "", ">>>");
    lesson.keys("r.set('us");
    lesson.until("the signature alone", |text| {
        text.lines().last().is_some_and(|line| line.contains("r.set('us  name, value"))
    });
}

#[test]
fn names_keys_and_fields_are_completed() {
    let mut terminal = Terminal::start("completion", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.hset('user:1000', mapping={'name': 'Alice', 'visits': 10})", "\n2\n", ">>>");
    terminal.keys("r.hgeta");
    terminal.keys(TAB);
    terminal.until_text("r.hgetall");
    terminal.keys("('us");
    terminal.keys(TAB);
    terminal.until_text("r.hgetall('user:1000");
    terminal.keys("')\r");
    terminal.until_text("b'visits': b'10'");
    terminal.until_prompt(">>>");
    terminal.keys("HGET user:1000 ");
    terminal.until_text("HGET user:1000 field");
    terminal.keys("n");
    terminal.keys(TAB);
    terminal.keys("\r");
    terminal.until_text("\"Alice\"");
    terminal.until_prompt(">>>");
    terminal.keys(":c");
    terminal.keys(TAB);
    // The list, and then the line again.
    let is_again = |text: &str| text.lines().last().is_some_and(|line| line.starts_with(">>> :cli"));
    terminal.until("the list of names", |text| text.contains("client  become") && is_again(text));
}

#[test]
fn input_asks_at_the_prompt() {
    let mut terminal = Terminal::start("input", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("name = input('who? ')\r");
    terminal.until_prompt("who?");
    terminal.keys("Alice\r");
    terminal.until_prompt(">>>");
    terminal.enter("name", "'Alice'", ">>>");
    terminal.keys("input('again? ')\r");
    terminal.until_prompt("again?");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt(">>>");
}

#[test]
fn what_was_typed_is_there_the_next_time_without_passwords() {
    let mut terminal = Terminal::start("history", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("40 + 2", "\n42\n", ">>>");
    terminal.enter("AUTH hunter2", "ERR", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    let home = terminal.home.clone();
    let kept = std::fs::read_to_string(home.join("redis-tutor/history")).expect("history is kept");
    assert_eq!(kept, "40 + 2\n");
    let mut again = Terminal::start_at(home, (80, 24), &["play"]);
    again.until_prompt(">>>");
    again.keys(UP);
    again.until_prompt(">>> 40 + 2");
}

#[test]
fn text_follows_the_width_of_the_terminal() {
    let mut terminal = Terminal::start("resize", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.resize((40, 24));
    terminal.enter(":doc GET", "GET key", ">>>");
    let text = terminal.text();
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    assert!(text.lines().skip_while(|line| !line.contains(":doc")).all(|line| !line.ends_with('-')), "{text}");
}

#[test]
fn what_no_heading_tells_is_told_before_the_prompt() {
    let mut terminal = Terminal::start("status", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.enter("MULTI", " MULTI, 0 queued · ", ">>>");
    terminal.enter("GET a", " MULTI, 1 queued · ", ">>>");
    terminal.enter(":client bob", " as bob · ", "bob >>>");
    terminal.enter(":wait 5m", " UTC, 5 min ahead", "bob >>>");
    terminal.enter("1 + 1", "\n2\n", "bob >>>");
    assert_eq!(terminal.text().matches("UTC").count(), 4, "{}", terminal.text());
}

#[test]
fn a_program_that_computes_for_long_says_so() {
    let mut terminal = Terminal::start("busy", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.until_text(" running for 3 s · Ctrl-C stops it");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_text("That took ");
    terminal.until_prompt(">>>");
    assert!(!terminal.text().contains("running for"), "{}", terminal.text());
}

#[test]
fn ctrl_c_drops_a_line_and_nothing_behind_it() {
    let mut terminal = Terminal::start("dropped", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys(&format!("nonsense{CTRL_C}20 + 22\r"));
    terminal.until_text("\n42\n");
    // Where loops are stopped is chance, so that their traceback is in no snapshot. This one says that it runs once it
    // does: earlier, Ctrl-C might find nothing to interrupt.
    terminal.keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.until_text("running for");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt(">>>");
}

#[test]
fn what_is_typed_while_a_program_computes_is_entered_in_its_time() {
    let mut terminal = Terminal::start("typed-ahead", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.keys("sum(range(20_000_000))\r");
    // It computes once the editor has let go of the terminal.
    while terminal.screen.screen().bracketed_paste() {
        terminal.hear();
    }
    terminal.keys(&format!("20 + 22\rname = input('who? ')\rAlice\rname * 2\r{CTRL_D}"));
    assert_eq!(terminal.status(), 0);
    let text = terminal.text();
    assert!(text.contains("\n199999990000000\n"), "{text}");
    assert!(text.contains("\n>>> 20 + 22\n42\n>>> name = input('who? ')\nwho? Alice\n>>> name * 2\n'AliceAlice'\n"));
}
