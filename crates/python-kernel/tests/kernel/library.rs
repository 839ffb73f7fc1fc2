//! What the program contains of Python's library, which `build.rs` chooses.

use super::Python;

#[test]
fn modules_that_are_left_out_are_not_in_the_program() {
    let mut python = Python::start();
    let names: Vec<_> = include_str!("../../left_out_modules.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let source = format!("import _imp\n[name for name in {names:?} if _imp.is_frozen(name)]");
    assert_eq!(python.output_of(&source), "[]\n");
    // Each is missing without harm, or a stub takes its place.
    let message = &python.run("import tkinter.ttk").exception().message.clone();
    assert!(message.starts_with("redis-tutor's Python does not have this module"), "{message}");
    assert_eq!(python.run("'a'.encode('big5')").exception().message, "unknown encoding: big5");
    assert_eq!(python.output_of("import pydoc, sqlite3, compression, multiprocessing.pool"), "");
}

#[test]
fn code_of_the_library_has_line_numbers() {
    let mut python = Python::start();
    let source = "\
import json.decoder, traceback
try:
    json.loads('{')
except ValueError as error:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print(frame.name, frame.lineno)
code = json.decoder.JSONDecoder.raw_decode.__code__
print(code.co_firstlineno, sorted({line for *_, line in code.co_lines() if line}))
print(set((start, end) for _, _, start, end in code.co_positions()))

";
    assert_eq!(python.output_of(source), "raw_decode 375\n365 [365, 374, 375, 376, 377, 378]\n{(None, None)}\n");
}
