//! Runs the scripts in tests/truth on the engine, and compares its replies with those of a real Redis server, which
//! `scripts/record_truths` has recorded.

use std::path::Path;
use std::time::Duration;

use test_support::recorded_scripts::{assert_all_agree, read};
use test_support::transcript_diff;

use crate::engine_script::{self, Server};
use crate::engine_server::{ClientState, Connection, EngineServer};

/// Start time of the engine. Its value does not matter, because the recordings contain no absolute times.
const START_US: i64 = 1_700_000_000_000_000;

#[test]
fn replies_equal_those_of_redis_byte_by_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/engine");
    assert_all_agree(&folder, "txt", |script| {
        let ours = engine_script::run(&read(script), &mut EngineServer::new(START_US))?;
        Ok(transcript_diff::differences(&read(&script.with_extension("out")), &ours))
    });
}

impl Server for EngineServer {
    fn connect(&mut self) -> Connection {
        self.connect()
    }

    fn disconnect(&mut self, client: Connection) {
        self.disconnect(client);
    }

    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        self.send(client, argv);
    }

    fn take_received(&mut self, client: Connection) -> Vec<u8> {
        self.take_received(client)
    }

    fn state(&self, client: Connection) -> ClientState {
        self.state(client)
    }

    fn id(&self, client: Connection) -> u64 {
        self.id(client)
    }

    fn advance(&mut self, time: Duration) {
        self.advance(time);
    }

    fn allow_debug(&mut self) {
        self.engine.server.config.set_unchecked("enable-debug-command", b"yes");
    }

    fn advance_to_deadline(&mut self) {
        let engine = &self.engine;
        if let Some(deadline_ms) = engine.server.blocking.next_deadline() {
            let left_us = (deadline_ms * 1000 - engine.keyspace.now_us()).max(0);
            self.advance(Duration::from_micros(left_us.unsigned_abs()));
        }
    }
}
