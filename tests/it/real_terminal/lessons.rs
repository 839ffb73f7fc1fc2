//! Lessons: the list to choose from, where one begins and ends, one that is being written.

use super::terminal::{CTRL_C, CTRL_D, Terminal, fresh_modes, shown, start_again};

#[test]
fn the_list_of_lessons_is_chosen_from_by_arrows_and_by_typing() {
    let mut terminal = start_again("list", (80, 24), &[]);
    terminal.until_text("Ctrl-D leaves");
    terminal.keys("\x1b[B");
    terminal.until_text("→  6. blob-or-hash");
    terminal.keys("queue");
    terminal.until_text("Looking for: queue");
    terminal.until("the list of one", |text| !text.contains("blob-or-hash"));
    terminal.keys("\x1b");
    terminal.until_text("→  5. hashes");
    terminal.keys("\r");
    terminal.until_text("Hashes: a dictionary under one key · 4 of 9");
    terminal.until_prompt(">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
}

#[test]
fn the_list_of_lessons_fits_a_low_and_narrow_terminal() {
    let mut terminal = start_again("list-narrow", (40, 10), &["--ascii", "--color", "never"]);
    terminal.until_text("Ctrl-D leaves");
    shown(&terminal.seen(), "lessons-low");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.status(), 0);
    assert_eq!(terminal.modes(), fresh_modes());
}

#[test]
fn the_list_of_lessons_is_drawn_for_the_terminal_as_it_is() {
    let mut terminal = start_again("list-resize", (80, 24), &["--color", "never"]);
    terminal.until_text("Arrows or typing choose");
    terminal.resize((40, 20));
    terminal.until_text("Arrows, typing");
}

#[test]
fn what_is_typed_before_the_list_is_there_chooses_and_goes_on_at_the_prompt() {
    let mut terminal = start_again("list-ahead", (80, 24), &["--color", "never"]);
    terminal.keys("hashes\r20 + 22\r");
    terminal.until_text("Hashes: a dictionary under one key · 4 of 9");
    terminal.until_text("\n42\n");
    terminal.until_prompt(">>>");
}

#[test]
fn the_list_of_lessons_is_numbered_where_it_is_read_aloud() {
    let mut terminal = start_again("list-plain", (80, 24), &["--plain", "--color", "never"]);
    terminal.until_text("Enter opens 5, Ctrl-D leaves:");
    shown(&terminal.seen(), "lessons-plain");
    terminal.keys("zzz\r");
    terminal.until_text("No lesson has \"zzz\" in it.");
    terminal.keys("3\r");
    terminal.until_text("Keys that expire: caching · 1 of");
    let mut terminal = start_again("list-plain-left", (80, 24), &["--plain", "--color", "never"]);
    let asks = "Number or name of a lesson; Enter opens 5, Ctrl-D leaves:";
    terminal.until_prompt(asks);
    terminal.keys("zz");
    terminal.until_text("zz");
    terminal.keys(CTRL_C);
    terminal.until_prompt(asks);
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
}

#[test]
fn a_lesson_has_a_beginning_and_an_end() {
    let mut terminal = start_again("milestone", (80, 40), &["learn", "hashes/empty", "--color", "never"]);
    terminal.until_prompt("?");
    terminal.enter(":skip", "Enter goes on.", ">>>");
    terminal.keys("\r");
    terminal.until_text("Lesson 5 of ");
    terminal.until_text("Enter opens the next lesson");
    terminal.until_prompt(">>>");
    terminal.keys("\r");
    terminal.until_text("Lesson 6 of ");
    terminal.until_text(" · 1 of ");
}

#[test]
fn a_lesson_that_is_written_opens_anew_at_each_save() {
    let folder = std::env::temp_dir().join(format!("redis-tutor-watched-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let file = folder.join("counts.toml");
    let text = include_str!("../../../src/cli/new-lesson.toml").replace("\"ID\"", "\"counts\"");
    std::fs::write(&file, &text).expect("the folder is there");
    let path = file.display().to_string();
    let mut terminal = Terminal::start("watch", (80, 40), &["learn", &path, "--watch"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.incr('page:visits')", "Enter goes on", ">>>");
    terminal.keys("\r");
    terminal.until_text("2 of 3");
    // The step stays, and what is typed is typed at the new text.
    std::fs::write(&file, text.replace("The next step finds", "This second step finds"))
        .expect("it was written before");
    terminal.until_text("This second step finds");
    std::fs::write(&file, text.replace("minutes = 5", "minuets = 5")).expect("it was written before");
    terminal.until_text("minuets");
    terminal.until_text("stays as it was");
    terminal.enter("6", "6: INCRBY adds", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    let _ = std::fs::remove_dir_all(&folder);
}
