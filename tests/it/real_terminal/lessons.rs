//! Tests of lessons at a terminal: the menu, the start and the end of a lesson, a watched lesson file, and the progress
//! line of `check`.

use crate::support::program::{folder, redis_tutor};

use super::terminal::{CTRL_C, CTRL_D, Terminal, assert_screen, initial_modes, start_with_progress};

#[test]
fn a_lesson_is_chosen_from_the_menu_by_arrows_and_by_typing() {
    let mut terminal = start_with_progress("list", (80, 24), &[]);
    terminal.wait_for_text("Ctrl-D leaves");
    terminal.send_keys("\x1b[B");
    terminal.wait_for_text("→  6. blob-or-hash");
    terminal.send_keys("queue");
    terminal.wait_for_text("Looking for: queue");
    terminal.wait_until("the menu with one lesson", |text| !text.contains("blob-or-hash"));
    terminal.send_keys("\x1b");
    terminal.wait_for_text("→  5. hashes");
    terminal.send_keys("\r");
    terminal.wait_for_text("Hashes: a dictionary under one key · 4 of 9");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn the_menu_fits_a_low_and_narrow_terminal() {
    let mut terminal = start_with_progress("list-narrow", (40, 10), &["--ascii", "--color", "never"]);
    terminal.wait_for_text("Ctrl-D leaves");
    assert_screen(&terminal.screen_rows(), "lessons-low");
    terminal.send_keys(CTRL_C);
    assert_eq!(terminal.exit_status(), 0);
    assert_eq!(terminal.modes(), initial_modes());
}

#[test]
fn the_menu_is_drawn_again_when_the_terminal_is_resized() {
    let mut terminal = start_with_progress("list-resize", (80, 24), &["--color", "never"]);
    terminal.wait_for_text("Arrows or typing choose");
    terminal.resize((40, 20));
    terminal.wait_for_text("Arrows, typing");
}

#[test]
fn keys_typed_before_the_menu_appears_choose_a_lesson_and_reach_its_prompt() {
    let mut terminal = start_with_progress("list-ahead", (80, 24), &["--color", "never"]);
    terminal.send_keys("hashes\r20 + 22\r");
    terminal.wait_for_text("Hashes: a dictionary under one key · 4 of 9");
    terminal.wait_for_text("\n42\n");
    terminal.wait_for_prompt(">>>");
}

#[test]
fn the_menu_is_a_numbered_list_in_plain_output() {
    let mut terminal = start_with_progress("list-plain", (80, 24), &["--plain", "--color", "never"]);
    terminal.wait_for_text("Enter opens 5, Ctrl-D leaves:");
    assert_screen(&terminal.screen_rows(), "lessons-plain");
    terminal.send_keys("zzz\r");
    terminal.wait_for_text("No lesson matches \"zzz\".");
    terminal.send_keys("3\r");
    terminal.wait_for_text("Keys that expire: caching · 1 of");
    let mut terminal = start_with_progress("list-plain-left", (80, 24), &["--plain", "--color", "never"]);
    let prompt = "Number or name of a lesson; Enter opens 5, Ctrl-D leaves:";
    terminal.wait_for_prompt(prompt);
    terminal.send_keys("zz");
    terminal.wait_for_text("zz");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_prompt(prompt);
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn a_lesson_has_a_banner_at_its_start_and_at_its_end() {
    let mut terminal = start_with_progress("milestone", (80, 40), &["learn", "hashes/empty", "--color", "never"]);
    terminal.wait_for_prompt("?");
    terminal.enter_line(":skip", "Enter continues.", ">>>");
    terminal.send_keys("\r");
    terminal.wait_for_text("Lesson 5 of ");
    terminal.wait_for_text("Enter opens the next lesson");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("\r");
    terminal.wait_for_text("Lesson 6 of ");
    terminal.wait_for_text(" · 1 of ");
}

#[test]
fn a_watched_lesson_file_is_reloaded_when_it_is_saved() {
    let folder = std::env::temp_dir().join(format!("redis-tutor-watched-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be created");
    let file = folder.join("counts.toml");
    let text = include_str!("../../../src/cli/new-lesson.toml").replace("\"ID\"", "\"counts\"");
    std::fs::write(&file, &text).expect("the folder was created");
    let path = file.display().to_string();
    let mut terminal = Terminal::start("watch", (80, 40), &["learn", &path, "--watch"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("r.incr('page:visits')", "Enter continues", ">>>");
    terminal.send_keys("\r");
    terminal.wait_for_text("2 of 3");
    // Saving the file shows the new text of the open step. The step stays open for the next input.
    std::fs::write(&file, text.replace("The next step finds", "This second step finds")).expect("the file is writable");
    terminal.wait_for_text("This second step finds");
    std::fs::write(&file, text.replace("minutes = 5", "minuets = 5")).expect("the file is writable");
    terminal.wait_for_text("minuets");
    terminal.wait_for_text("stays as it was");
    terminal.enter_line("6", "6: INCRBY adds", ">>>");
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn check_shows_its_progress_on_a_line_that_is_gone_at_the_end() {
    let path = folder("check-progress").join("120-a-lesson-with-a-name-that-is-long.toml").display().to_string();
    redis_tutor(&["new", &path], b"");
    let mut terminal = Terminal::start("check-progress", (40, 24), &["check", "--quick", &path]);
    assert_eq!(terminal.exit_status(), 0);
    let written = String::from_utf8_lossy(&terminal.written);
    assert!(written.contains("\r0 of 3 steps, 1 try: ") && written.contains("\r3 of 3 steps, 11 tries: "), "{written}");
    // If the progress line were wider than the terminal, part of it would remain on the screen.
    assert_eq!(terminal.screen_rows(), "1 lesson, 11 tries, 0 faults");
    let mut plain = Terminal::start("check-plain", (80, 24), &["check", "--quick", "--plain", &path]);
    assert_eq!(plain.exit_status(), 0);
    assert!(!String::from_utf8_lossy(&plain.written).contains("of 3 steps"));
}
