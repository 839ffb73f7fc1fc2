//! The program in a pseudo-terminal: what the screen shows, and how keys are handled.

mod leaving;
mod lessons;
mod screens;
mod terminal;
mod typing;
mod waiting;
