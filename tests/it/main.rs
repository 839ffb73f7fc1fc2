//! Integration tests of the whole program, in one binary with a module for each subject. Tests of the engine, the
//! server and the Python kernel are in their own crates.

mod authors;
mod checkpoint;
mod command_line;
mod docs;
mod files;
mod fuzz;
mod hostile;
mod judging;
mod layers;
mod lessons;
mod licenses;
mod limits;
mod method_examples;
mod packaging;
mod pictures;
mod platforms;
mod races;
mod readme;
#[cfg(unix)]
mod real_terminal;
mod recorded_methods;
mod robot;
mod serve;
mod sessions;
mod slips;
mod support;
mod truths;
mod tutor;
mod undo;
mod variations;
mod visible_text;
