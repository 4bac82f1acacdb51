//! Kind 7: the disk full, for Kafka and then for PostgreSQL, each on a separate small in-memory
//! file system.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::Signal;

use super::Plan;
use crate::scene::Scene;
use crate::stack::{Part, Stack};

/// Enough for an empty Kafka, in MiB.
const KAFKA: u32 = 400;
const POSTGRESQL: u32 = 500;
const FULL_FOR: Duration = Duration::from_secs(10);

/// Small disks, mounted where a stack keeps its data.
pub(crate) struct SmallDisks(Vec<std::path::PathBuf>);

impl SmallDisks {
    /// Mounts them, or returns an error if mounting is not allowed.
    pub(crate) fn mount(stack: &Path) -> anyhow::Result<Self> {
        let mut disks = Self(Vec::new());
        for (part, size) in [("kafka", KAFKA), ("postgres", POSTGRESQL)] {
            let data = stack.join(part);
            std::fs::create_dir_all(&data)?;
            let mounted = std::process::Command::new("mount")
                .args(["-t", "tmpfs", "-o", &format!("size={size}m,mode=755"), "tmpfs"])
                .arg(&data)
                .output()?;
            let why = String::from_utf8_lossy(&mounted.stderr).trim().to_owned();
            ensure!(mounted.status.success(), "a small disk cannot be mounted here: {why}");
            disks.0.push(data);
        }
        Ok(disks)
    }
}

impl Drop for SmallDisks {
    fn drop(&mut self) {
        for data in &self.0 {
            // Lazily: a process that still runs there when this program is stopped is ended right
            // after.
            let _ = std::process::Command::new("umount").arg("--lazy").arg(data).status();
        }
    }
}

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let folder = small_stack(plan);
    for part in [Part::Kafka, Part::PostgreSql] {
        let data = scene.stack.data_of(part)?;
        let disk = data.parent().unwrap_or(&folder).to_owned();
        let ballast = disk.join("ballast");
        fill(&ballast)?;
        scene.figures.injected += 1;
        let began = Instant::now();
        while began.elapsed() < FULL_FOR {
            // Fill space that was freed meanwhile, too.
            fill(&ballast)?;
            scene.wait(Duration::from_millis(500)).await;
        }
        let runs = scene.stack.runs(part);
        scene.figures.note(format!(
            "{part:?} with a full disk: it {}",
            if runs { "survives" } else { "exits" }
        ));
        std::fs::remove_file(&ballast).context("freeing the disk")?;
        if part == Part::Kafka && runs {
            // A broker whose only disk has failed does not retry it.
            scene.stack.end(part, Signal::SIGKILL)?;
        }
        scene.stack.up()?;
        scene.back_at_work().await?;
        scene.wait(Duration::from_secs(3)).await;
    }
    Ok(())
}

/// The folder of the stack on small disks.
pub(crate) fn small_stack(plan: &Plan<'_>) -> std::path::PathBuf {
    plan.folder.join("small-stack")
}

pub(crate) fn start(plan: &Plan<'_>) -> anyhow::Result<(SmallDisks, Stack)> {
    let folder = small_stack(plan);
    let (stack, disks) = Stack::start_on(plan.root, &folder, || SmallDisks::mount(&folder))?;
    // Only a small disk may be filled.
    for part in [Part::Kafka, Part::PostgreSql] {
        let data = stack.data_of(part)?;
        if !data.starts_with(&folder) {
            stack.down()?;
            bail!("{part:?} keeps its data at {}, which is not a small disk", data.display());
        }
    }
    Ok((disks, stack))
}

/// Writes until the disk is full.
fn fill(ballast: &Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(ballast)?;
    for block in [vec![0_u8; 1 << 20], vec![0_u8; 4096]] {
        while file.write_all(&block).is_ok() {}
    }
    Ok(())
}
