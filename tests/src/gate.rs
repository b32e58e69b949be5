//! A gate on the way to a hub: open, it lets everything through; shut, nothing gets in and what runs through it breaks off.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The gate.
pub struct Gate {
    /// Its address, as a desk is told.
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_shut: bool,
    lines: Vec<JoinHandle<()>>,
}

impl Gate {
    /// A gate before an address, open.
    pub async fn before(hub: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((mut desk, _)) = listener.accept().await {
                let mut state = shared.lock().unwrap();
                // A connection that is dropped at once is one that was refused.
                if !state.is_shut {
                    let line = tokio::spawn(async move {
                        if let Ok(mut hub) = TcpStream::connect(hub).await {
                            let _ = copy_bidirectional(&mut desk, &mut hub).await;
                        }
                    });
                    state.lines.push(line);
                }
            }
        });
        Self { url, state }
    }

    /// Shuts it.
    pub fn shut(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_shut = true;
        state.lines.drain(..).for_each(|line| line.abort());
    }

    /// Opens it again.
    pub fn open(&self) {
        self.state.lock().unwrap().is_shut = false;
    }
}
