// swift-tools-version: 6.2
import PackageDescription

// The fuzzing targets in Swift, all of them in one program: `scripts/fuzz` builds it. A package of its own, as what
// libFuzzer needs is not for the others.
let package = Package(
    name: "fuzzing",
    dependencies: [.package(name: "skep", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz", dependencies: [.product(name: "Skep", package: "skep")],
            swiftSettings: [
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("ExistentialAny"),
                .treatAllWarnings(as: .error),
                // The main function is libFuzzer's.
                .unsafeFlags(["-parse-as-library"]),
            ],
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
    ],
    swiftLanguageModes: [.v6]
)
