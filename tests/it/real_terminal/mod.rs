//! The program in a pseudo-terminal: what a learner sees, and what becomes of what they type.

mod leaving;
mod lessons;
mod screens;
mod terminal;
mod typing;
mod waiting;
