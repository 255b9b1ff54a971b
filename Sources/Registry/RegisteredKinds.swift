import Datasets
import Lab
import Modelling

/// The data sets, models, measures, computations and drawings that manifests may name. A new one is one line here.
/// Schedules, starts, layers and likelihoods are cases of their enums in `Training` and `Modelling`.
public let registeredKinds = Kinds(
  datasets: [
    PendulumConfiguration.self, DSpritesConfiguration.self, FiveArcsConfiguration.self,
    StandInConfiguration.self,
  ],
  models: [
    VAEConfiguration.self, VHPConfiguration.self, GMVAEConfiguration.self,
    MFCVAEConfiguration.self, ISAVAEConfiguration.self,
  ],
  measures: [
    .angleError(.global),
    .angleError(.perPoint),
    .unfoldedAngleError,
    .radiusVariation,
    .ringCrossings,
    .ringGap,
    .reconstructionError,
    .mostConfidentAccuracy,
    .majorityAccuracy,
    .hungarianAccuracy,
    .occupiedClusters,
    .largestCluster,
    .componentDivergence,
    .consistencyViolation,
    .mutualInformationGap(
      "sampled", factors: 2..<6, words: "dSprites' scale, orientation, x and y"),
    .logLikelihood,
    .logLikelihoodOfSome,
    .activeLatents,
    .activeUnits,
  ],
  families: [
    .final, .firstStep, .event, .importanceSampledLikelihood, .ofClusters, .probes, .diversity,
    .smoothness, .sameLabelNeighbours,
  ],
  computations: [
    CodesComputation.self, PriorSamplesComputation.self, CurvesComputation.self,
    AngleRegressionComputation.self, ExamplesComputation.self, ReconstructionsComputation.self,
    ClustersComputation.self, ComponentsComputation.self, ClusterExamplesComputation.self,
    ClusterSamplesComputation.self, FacetSwapComputation.self, StyleTraversalComputation.self,
    InterpolationComputation.self, SmoothnessComputation.self,
    UnitDivergencesComputation.self,
  ],
  standalone: [WeightUpdatesComputation.self],
  drawings: [
    BarsDrawing.self, SnapshotPanelsDrawing.self, RegressionDrawing.self, CurvesDrawing.self,
    ScatterDrawing.self, ImageGridDrawing.self, SpectrumDrawing.self, NeighbourGraphDrawing.self,
    FeatureBandsDrawing.self, HeatMapsDrawing.self, StickFiguresDrawing.self,
  ])
