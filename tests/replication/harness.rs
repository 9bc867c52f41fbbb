//! Runs tests as the standard harness does, but as many at once as is asked for: most of them wait. It captures nothing.

use std::time::Instant;

/// Runs a test on its own runtime, as Tokio's tests do, and prints how long it took.
pub fn run(name: &str, test: impl Future<Output = ()>) {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // Boxed, because a test's thread has a small stack.
    runtime.block_on(Box::pin(test));
    println!("{name} took {:.1} s", began.elapsed().as_secs_f32());
}

/// The tests of these modules. The compiler reports a test that is in a module and missing from the list as dead code.
macro_rules! trials {
    ($($module:ident: $($test:ident),+;)+) => {
        vec![$($({
            let name = concat!(stringify!($module), "::", stringify!($test));
            libtest_mimic::Trial::test(name, move || {
                $crate::harness::run(name, $module::$test());
                Ok(())
            })
        },)+)+]
    };
}
