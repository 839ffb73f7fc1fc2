//! Rebuilds when a lesson changes: cargo does not notice by itself, because lessons are not Rust.

fn main() {
    println!("cargo::rerun-if-changed=lessons");
}
