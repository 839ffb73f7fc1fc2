//! Compares the engine with what the real Redis answered to the scripts in tests/truth. `scripts/record_truths` records
//! the answers.

use std::path::Path;
use std::time::Duration;

use test_support::recorded_scripts::{assert_all_agree, read};
use test_support::transcript_diff;

use crate::engine_script::{self, Server};
use crate::engine_server::{Connection, EngineServer, State};

/// Any moment will do: the recordings hold no absolute times.
const START_US: i64 = 1_700_000_000_000_000;

#[test]
fn engine_scripts_get_the_bytes_that_redis_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/engine");
    assert_all_agree(&folder, "txt", |script| {
        let ours = engine_script::play(&read(script), &mut EngineServer::at(START_US))?;
        Ok(transcript_diff::differences(&read(&script.with_extension("out")), &ours))
    });
}

impl Server for EngineServer {
    fn connect(&mut self) -> Connection {
        self.connect()
    }

    fn close(&mut self, client: Connection) {
        self.close(client);
    }

    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        self.send(client, argv);
    }

    fn received(&mut self, client: Connection) -> Vec<u8> {
        self.received(client)
    }

    fn state(&self, client: Connection) -> State {
        self.state(client)
    }

    fn id(&self, client: Connection) -> u64 {
        self.id(client)
    }

    fn advance(&mut self, time: Duration) {
        self.advance(time);
    }

    fn allow_debug(&mut self) {
        self.engine.server.config.state("enable-debug-command", b"yes");
    }

    fn advance_to_deadline(&mut self) {
        let engine = &self.engine;
        if let Some(deadline_ms) = engine.server.blocking.next_deadline() {
            let left_us = (deadline_ms * 1000 - engine.keyspace.now_us()).max(0);
            self.advance(Duration::from_micros(left_us.unsigned_abs()));
        }
    }
}
