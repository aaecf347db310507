// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
    // Every command runs its code once, from cold: what counts is how much of it there is, that the linker may put
    // together what is called, and that a generic type is made by a call, not looked up by its name.
    .unsafeFlags(
        [
            "-Osize", "-Xfrontend", "-function-sections",
            "-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors",
        ], .when(configuration: .release)),
    // Regular expressions are a megabyte of the file, which one `contains` of a string in a string brings along.
    .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"]),
]

let cSettings: [CSetting] = [
    .define("_GNU_SOURCE"),
    .enableWarning("all"),
    .enableWarning("extra"),
    .treatAllWarnings(as: .error),
]

// A target of C: in CShims, behind one narrow header each.
func shim(_ name: String, _ folder: String, dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "CShims/\(folder)", cSettings: cSettings)
}

// The same for what runs before the C library does, and so may not call it; -O2 always, since without optimisation
// the compiler itself calls memset.
func freestanding(_ name: String, _ folder: String, dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "CShims/\(folder)",
        cSettings: cSettings + [.unsafeFlags(["-ffreestanding", "-fno-stack-protector", "-O2"])])
}

// A target of Swift, in Sources/NAME.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

// What a command calls lies together in the file (scripts/order says how it is found out), which saves a third of the
// page faults and of the memory; and the file is stripped, unless somebody wants to look into it.
let releaseLinkerFlags =
    [
        "-use-ld=lld", "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/scripts/order/skep.order",
        "-Xlinker", "--no-warn-symbol-ordering",
    ] + (Context.environment["SKEP_KEEP_SYMBOLS"] == nil ? ["-Xlinker", "-s"] : [])

let errno = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "skep",
    products: [
        .library(
            name: "Skep",
            targets: ["Skep", "SkepConcurrency", "SkepLogging", "OCI", "Networks", "Cgroups", "System"]),
        .executable(name: "skep", targets: ["skep"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        .systemLibrary(
            name: "Clibcap", path: "CShims/Clibcap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
        .systemLibrary(
            name: "Clibseccomp", path: "CShims/Clibseccomp", pkgConfig: "libseccomp",
            providers: [.apt(["libseccomp-dev"])]),
        shim("CLinux", "Linux"),
        shim("CJSON", "JSON"),
        shim("CNetlink", "Netlink"),
        freestanding("CPlan", "Plan"),
        freestanding("CBootstrap", "Bootstrap", dependencies: ["CPlan"]),
        freestanding("CEntry", "Entry", dependencies: ["CBootstrap"]),
        shim("CSpawn", "Spawn", dependencies: ["CPlan"]),

        module("OCI", ["CJSON"]),
        module("Planning", ["OCI", "CPlan", "Clibcap", "Clibseccomp"]),
        module("System", ["CLinux", errno]),
        module("DBus", ["System", "CLinux", errno]),
        module("Cgroups", ["OCI", "System", "DBus", "CLinux", errno]),
        module("Netlink", ["System", "CNetlink", errno]),
        module("Networks", ["OCI", "Planning"]),
        module(
            "Skep",
            [
                "OCI", "Planning", "Cgroups", "Networks", "Netlink", "System", "CPlan", "CLinux", "CBootstrap",
                "CSpawn", "Clibseccomp", errno,
            ]),
        module("SkepConcurrency", ["Skep"]),
        module("SkepLogging", ["Skep", logging]),
        .executableTarget(
            name: "skep",
            dependencies: ["Skep", "OCI", "Planning", "Cgroups", "Networks", "System", "CLinux", "CEntry", errno],
            path: "Sources/SkepCommand",
            swiftSettings: swiftSettings,
            // Static, for the start-up time (a dynamic Swift program takes 4 ms to reach main) and for hosts that
            // have no Swift.
            linkerSettings: [
                .unsafeFlags(["-static-executable", "-Xlinker", "-e", "-Xlinker", "skep_entry"]),
                .unsafeFlags(releaseLinkerFlags, .when(configuration: .release)),
            ]),

        // A container's whole life through the library, for the integration tests.
        .executableTarget(
            name: "library-probe", dependencies: ["Skep", "SkepConcurrency", "OCI", "Networks", "Cgroups", "System"],
            path: "Tests/LibraryProbe",
            swiftSettings: swiftSettings),
        // The program that the README shows.
        .executableTarget(
            name: "example", dependencies: ["Skep", "OCI"], path: "Tests/Example", swiftSettings: swiftSettings),
        // How long planning takes: scripts/bench/planning.
        .executableTarget(
            name: "planning-bench", dependencies: ["Planning", "OCI"], path: "Tests/PlanningBench",
            swiftSettings: swiftSettings,
            linkerSettings: [
                .unsafeFlags(["-static-executable"]),
                .unsafeFlags(releaseLinkerFlags, .when(configuration: .release)),
            ]),

        .target(
            name: "TestSupport", dependencies: ["System", "OCI"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        .target(
            name: "DBusTestSupport", dependencies: ["DBus"], path: "Tests/DBusTestSupport",
            swiftSettings: swiftSettings),
        tests("OCITests", ["OCI", "TestSupport"], exclude: ["Fixtures"]),
        tests("PlanningTests", ["Planning", "OCI", "CPlan", "TestSupport"]),
        tests("DBusTests", ["DBus", "System", errno, "DBusTestSupport", "TestSupport"]),
        tests("CgroupsTests", ["Cgroups", "DBus", "OCI", "System", "DBusTestSupport", "TestSupport"]),
        tests("NetlinkTests", ["Netlink"]),
        tests("NetworksTests", ["Networks", "OCI", "Planning"]),
        tests("SystemTests", ["System", "CLinux", "TestSupport"]),
        tests(
            "SkepTests",
            ["Skep", "OCI", "Planning", "Cgroups", "Networks", "Netlink", "System", errno, "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
