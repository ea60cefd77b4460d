//! What the process does beside answering requests.

use std::io;
use std::time::Duration;

use actix_web::rt::{self, task::JoinHandle};
use chrono::Utc;
use tokio::sync::watch;

use super::Shared;
use crate::gateway::Feed;
use crate::keys;
use crate::outbox::Courier;
use crate::policy::Policy;
use crate::registration;

/// How old what every page shows of the settings may be where another instance changed it.
const FACE_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is looked whether a digest or a warning is due.
const DIGEST_INTERVAL: Duration = Duration::from_secs(60);
/// How often it is written when keys were last used.
const USAGE_INTERVAL: Duration = Duration::from_secs(10);
/// How long the courier may take to put down what it carries.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tasks beside the server.
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    pub(super) fn start(shared: &Shared) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = vec![
            rt::spawn(every(FACE_INTERVAL, stopped.clone(), shared.clone(), refresh_face)),
            rt::spawn(every(DIGEST_INTERVAL, stopped.clone(), shared.clone(), write_digests)),
            rt::spawn(every(DIGEST_INTERVAL, stopped.clone(), shared.clone(), warn_of_expiring_keys)),
            rt::spawn(Feed::new(shared.gateway.clone()).run(stopped.clone())),
            rt::spawn(shared.gateway.clone().look_up_all(stopped.clone())),
            rt::spawn(write_usage(stopped.clone(), shared.clone())),
        ];
        if let Some(route) = &shared.config.mail {
            let (db, post) = (shared.db.clone(), shared.post.clone());
            let courier = Courier::new(db, post, route, shared.patience.clone()).map_err(io::Error::other)?;
            tasks.push(rt::spawn(courier.run(stopped)));
        }
        Ok(Self { stop, tasks })
    }

    /// Ends the tasks; the courier gives back what it holds first, and what is known of keys is written.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            let _ = tokio::time::timeout(PATIENCE, task).await;
        }
    }
}

/// Does some work again and again until it is told to stop.
async fn every(pause: Duration, mut stop: watch::Receiver<bool>, shared: Shared, work: impl AsyncFn(&Shared)) {
    loop {
        work(&shared).await;
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// A database that does not answer leaves the face as it is; the pages themselves say so.
async fn refresh_face(shared: &Shared) {
    if let Ok(policy) = shared.db.run(Policy::read).await {
        shared.portal.set(policy.face());
    }
}

async fn write_digests(shared: &Shared) {
    let post = shared.post.clone();
    if let Err(error) = shared.db.transaction(move |conn| registration::digest(conn, &post, Utc::now())).await {
        tracing::warn!("today's digests could not be written: {error}");
    }
}

async fn warn_of_expiring_keys(shared: &Shared) {
    let post = shared.post.clone();
    if let Err(error) = shared.db.transaction(move |conn| keys::warn_expiring(conn, &post, Utc::now())).await {
        tracing::warn!("owners of expiring keys could not be told: {error}");
    }
}

/// Once more at the end: then everything is answered.
async fn write_usage(stop: watch::Receiver<bool>, shared: Shared) {
    every(USAGE_INTERVAL, stop, shared.clone(), write_usage_now).await;
    write_usage_now(&shared).await;
}

async fn write_usage_now(shared: &Shared) {
    if let Err(error) = shared.gateway.write_usage().await {
        tracing::warn!("it could not be written when keys were last used: {error}");
    }
}
