//! The twelve kinds of faults: one function each.

mod broker;
mod database;
mod disk;
mod hanging;
mod kills;
mod members;
mod older;
mod zombies;

use std::path::Path;

use futures::future::BoxFuture;
use nix::sys::signal::Signal;

use crate::figures::Figures;
use crate::scene::Scene;
use crate::stack::{Part, Stack};

/// Parameters of every kind.
pub(crate) struct Plan<'a> {
    pub(crate) root: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) programs: &'a Path,
    pub(crate) seed: u64,
    /// Minimum number of kills at failpoints.
    pub(crate) kills: usize,
    pub(crate) quick: bool,
}

type Inject = for<'s, 'a> fn(&'s mut Scene<'a>, &'s Plan<'a>) -> BoxFuture<'s, anyhow::Result<()>>;

pub(crate) struct Kind {
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    inject: Inject,
}

/// One minute of the first, second and fourth kind, on one installation.
pub(crate) const QUICK: Kind = Kind {
    number: 0,
    name: "some kills, then the broker and the database killed",
    inject: |scene, plan| Box::pin(quick(scene, plan)),
};

async fn quick(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    kills::inject(scene, plan).await?;
    broker::inject(scene, plan).await?;
    database::inject(scene, plan).await
}

/// The kind that needs a stack on small disks.
const DISKS: u8 = 7;

pub(crate) const KINDS: [Kind; 12] = [
    Kind {
        number: 1,
        name: "kill -9 at every step of writer, store and projector",
        inject: |scene, plan| Box::pin(kills::inject(scene, plan)),
    },
    Kind {
        number: 2,
        name: "the broker killed, restarted repeatedly, and stopped for a while",
        inject: |scene, plan| Box::pin(broker::inject(scene, plan)),
    },
    Kind {
        number: 3,
        name: "a writer and a projector that come back as zombies",
        inject: |scene, plan| Box::pin(zombies::inject(scene, plan)),
    },
    Kind {
        number: 4,
        name: "the database killed in mid-batch, cut off, and down for a minute",
        inject: |scene, plan| Box::pin(database::inject(scene, plan)),
    },
    Kind {
        number: 5,
        name: "members that join and leave every two seconds",
        inject: |scene, plan| Box::pin(members::join_and_leave(scene, plan)),
    },
    Kind {
        number: 6,
        name: "two processes of one name, and a rolling release",
        inject: |scene, plan| Box::pin(members::duplicate_instances(scene, plan)),
    },
    Kind {
        number: 7,
        name: "the disk full, for Kafka and for PostgreSQL",
        inject: |scene, plan| Box::pin(disk::inject(scene, plan)),
    },
    Kind {
        number: 8,
        name: "a process whose clock is an hour fast, then an hour slow",
        inject: |scene, plan| Box::pin(members::wrong_clock(scene, plan)),
    },
    Kind {
        number: 9,
        name: "a transaction that a foreign producer leaves open on a Recourse topic",
        inject: |scene, plan| Box::pin(hanging::open_transaction(scene, plan)),
    },
    Kind {
        number: 10,
        name: "every partition ends with a marker",
        inject: |scene, plan| Box::pin(hanging::markers_at_the_end(scene, plan)),
    },
    Kind {
        number: 11,
        name: "log, database and offsets restored from different times, or lost",
        inject: |scene, plan| Box::pin(older::inject(scene, plan)),
    },
    Kind {
        number: 12,
        name: "a poison record that makes every transaction fail",
        inject: |scene, plan| Box::pin(hanging::poison(scene, plan)),
    },
];

/// Injects one kind into a separate installation, and checks the invariants. Any error meanwhile
/// counts as a violation.
pub(crate) async fn run(kind: &Kind, stack: &Stack, plan: &Plan<'_>) -> Figures {
    let name = format!("fault-{}", kind.number);
    let small = match (kind.number == DISKS).then(|| disk::start(plan)).transpose() {
        Ok(small) => small,
        Err(why) => return Figures { skipped: Some(why.to_string()), ..Figures::default() },
    };
    let stack = small.as_ref().map_or(stack, |(_, stack)| stack);
    let mut figures = inject(kind, stack, plan, &name).await;
    // Whatever happened in this kind, the next one needs both parts running.
    let _ = stack.signal(Part::Kafka, Signal::SIGCONT);
    if let Err(error) = stack.up() {
        figures.broken.push(format!("the stack does not restart: {error:#}"));
    }
    if let Some((disks, stack)) = small {
        // No process may still run on a disk that is unmounted.
        if let Err(error) = stack.down() {
            eprintln!("the stack on small disks: {error:#}");
        }
        drop(disks);
    }
    figures
}

async fn inject(kind: &Kind, stack: &Stack, plan: &Plan<'_>, name: &str) -> Figures {
    let mut scene = match Scene::open(stack, plan.programs, plan.folder, name).await {
        Ok(scene) => scene,
        Err(error) => {
            let mut figures = Figures::default();
            figures.broken.push(format!("the installation did not start: {error:#}"));
            return figures;
        }
    };
    let injected = async {
        scene.let_time_pass()?;
        scene.begin_load().await?;
        (kind.inject)(&mut scene, plan).await?;
        scene.check().await
    };
    if let Err(error) = injected.await {
        scene.figures.broken.push(format!("{error:#}"));
    }
    scene.close().await
}
