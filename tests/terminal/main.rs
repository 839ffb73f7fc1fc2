//! The program in a pseudo-terminal: what a learner sees, and what becomes of what they type.
#![cfg(unix)]

mod leaving;
mod lessons;
#[path = "../support/pseudo_terminal.rs"]
mod pseudo_terminal;
mod screens;
mod terminal;
mod typing;
mod waiting;
