//! Rebuilds when the Python that is frozen into the binary changes: cargo does not notice by itself.

fn main() {
    for folder in ["src/python", "src/kernel/python"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
