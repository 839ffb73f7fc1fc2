//! Tests of the program in a pseudo-terminal: what the screen shows, and how keys are handled.

mod hidden_characters;
mod leaving;
mod lessons;
mod screens;
pub mod terminal;
mod typing;
mod waiting;
