//! Tests that escape sequences in text from programs, Redis keys or the clipboard never reach the terminal.

use super::terminal::{CTRL_C, TAB, Terminal};

/// Strings that must never reach the terminal: parts of the escape sequences in these tests, and a right-to-left
/// override. The program itself never writes them.
const HARMFUL: [&str; 5] = ["\x1b]52", "\x1b]0;", "\u{9b}5", "\x07", "\u{202e}"];

fn assert_harmless(terminal: &Terminal) {
    let written = String::from_utf8_lossy(&terminal.written);
    for text in HARMFUL {
        assert!(!written.contains(text), "{text:?} was written: {}", terminal.text());
    }
}

#[test]
fn the_prompt_and_its_help_are_harmless() {
    for (name, options) in [
        ("hidden", &["play"][..]),
        ("hidden-plain", &["play", "--color", "never"]),
        ("hidden-append", &["play", "--plain"]),
    ] {
        let mut terminal = Terminal::start(name, (110, 40), options);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("input('\\x1b]52;c;QQ==\\x07name: ')\r");
        terminal.wait_for_prompt("\\x1b]52;c;QQ==\\x07name:");
        terminal.send_keys("bob\r");
        terminal.wait_for_text("'bob'");
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("print('\\x1b]0;t\\x07\\u202e', end='')\r");
        terminal.wait_for_prompt("\\x1b]0;t\\x07\\u202e>>>");
        // A carriage return keeps its effect, even if the prompt follows on the same line.
        terminal.send_keys("print('10%\\r100%', end='')\r");
        terminal.wait_until("the prompt after the bar", |text| text.ends_with("\n100%>>>"));
        terminal.send_keys("r.blpop('\\x1b]52;c;QQ==\\x07\\n>>> key', 0)\r");
        terminal.wait_for_text("main waits for \\x1b]52;c;QQ==\\x07\\n>>> key");
        terminal.send_keys(CTRL_C);
        terminal.wait_for_text("KeyboardInterrupt");
        terminal.wait_for_prompt(">>>");
        assert_harmless(&terminal);
    }
}

#[test]
fn completion_and_hints_are_harmless() {
    for (name, colours) in [("hidden-completion", "always"), ("hidden-completion-plain", "never")] {
        let mut terminal = Terminal::start(name, (110, 40), &["play", "--color", colours]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("class A: __repr__ = lambda self: '\\x1b]0;t\\x07'\r");
        terminal.wait_for_prompt("...");
        terminal.send_keys("\r");
        terminal.wait_for_prompt(">>>");
        terminal.enter_line("a = A(); a", "\\x1b]0;t\\x07", ">>>");
        terminal.enter_line(
            "vars(a).update({'ab': 1, 'ac': 2, 'a\\x1b]52;c;QQ==\\x07': 3}); len(vars(a))",
            "\n3\n",
            ">>>",
        );
        terminal.enter_line("r.mset({'key:1': 1, 'key:\\x1b]52;c;QQ==\\x07': 2, 'key:\\u202e': 3})", "True", ">>>");
        terminal.send_keys("a.");
        terminal.send_keys(TAB);
        terminal.wait_for_text("\nab  ac");
        terminal.send_keys(CTRL_C);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("GET key");
        terminal.send_keys(TAB);
        terminal.wait_for_text("GET key:1");
        terminal.send_keys(CTRL_C);
        terminal.wait_for_prompt(">>>");
        assert_harmless(&terminal);
    }
}

#[test]
fn hidden_characters_of_a_paste_are_neither_shown_nor_entered() {
    for (name, colours) in [("hidden-paste", "always"), ("hidden-paste-plain", "never")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--color", colours]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("\x1b[200~x = 'a\u{202e}\u{9b}5m\x07b👩\u{200d}🚀'\x1b[201~");
        terminal.wait_for_text("'a5mb");
        terminal.send_keys("\r");
        terminal.wait_for_prompt(">>>");
        terminal.enter_line("ascii(x)", "'a5mb\\\\U0001f469\\\\u200d\\\\U0001f680'", ">>>");
        assert_harmless(&terminal);
    }
}

/// In append-only output (`--plain`), the terminal itself echoes what is typed. It shows the escape character as `^[`,
/// and Ctrl-C as `^C`.
#[test]
fn the_echo_of_append_only_output_is_harmless() {
    let mut terminal = Terminal::start("hidden-echo", (80, 24), &["play", "--plain"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("x = 'a\x1b]52;c;QQ==\x07\u{200b}b'\r");
    terminal.wait_for_text("^[]52;c;QQ==^G");
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("ascii(x)", "'a]52;c;QQ==b'", ">>>");
    assert_harmless(&terminal);
    terminal.send_keys("exec('while True: pass')\r");
    terminal.wait_for_text("Still running");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("\n^C\nTraceback");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("20 + 2");
    terminal.wait_for_prompt(">>> 20 + 2");
    terminal.send_keys(CTRL_C);
    terminal.wait_until("an empty prompt", |text| text.ends_with("20 + 2^C\n>>>"));
    terminal.send_keys("BLPOP tasks 0\r");
    terminal.wait_for_text("main waits for tasks");
    terminal.send_keys(CTRL_C);
    terminal.wait_until("a prompt after the wait", |text| text.ends_with("stops waiting\n(interrupted)\n>>>"));
}
