internal import Glibc

// No variable here: one at the top level would be the main actor's, and bring the concurrency runtime along.
exit(Program.main())
