using SimilarityCluster.Models.Descriptor;

namespace SimilarityCluster.Models.Tests.Support;

/// <summary>The descriptor once more, as plain loops over its definition.</summary>
internal static class DescriptorReference
{
    private const int Side = 64;
    private const int Orientations = 8;
    private const int Cells = 8;

    /// <summary>Describes one picture [3, 64, 64] from 0 to 1.</summary>
    public static double[] Describe(ReadOnlySpan<float> pixels)
    {
        double[] joined =
        [
            .. Scaled(Gradients(pixels), 1),
            .. Scaled(Colours(pixels), DescriptorParameters.ColourWeight),
        ];
        return Scaled(joined, 1);
    }

    private static double[] Gradients(ReadOnlySpan<float> pixels)
    {
        var cells = new double[Orientations * Cells * Cells];
        for (var y = 1; y < Side - 1; y++)
        {
            for (var x = 1; x < Side - 1; x++)
            {
                var right = Brightness(pixels, x + 1, y) - Brightness(pixels, x - 1, y);
                var down = Brightness(pixels, x, y + 1) - Brightness(pixels, x, y - 1);
                for (var index = 0; index < Orientations; index++)
                {
                    var (sine, cosine) = Math.SinCos(Math.PI * index / Orientations);
                    var excess = Math.Abs((cosine * right) + (sine * down)) - (
                        0.8 * Math.Sqrt((right * right) + (down * down)));
                    Pool(cells, index, x, y, Math.Sqrt(Math.Max(excess, 0)));
                }
            }
        }

        return Normalised(cells);
    }

    /// <summary>A cell averages the 12 x 12 pixels about its 8 x 8.</summary>
    private static void Pool(double[] cells, int index, int x, int y, double value)
    {
        for (var row = 0; row < Cells; row++)
        {
            for (var column = 0; column < Cells; column++)
            {
                if (y >= (row * 8) - 2 && y < (row * 8) + 10 && x >= (column * 8) - 2
                    && x < (column * 8) + 10)
                {
                    cells[Cell(index, row, column)] += value / 144;
                }
            }
        }
    }

    private static double[] Normalised(double[] cells)
    {
        var result = new double[Orientations * Cells * Cells];
        for (var row = 0; row < Cells; row++)
        {
            for (var column = 0; column < Cells; column++)
            {
                var energy = 0.0;
                foreach (var (y, x) in Neighbours(row, column))
                {
                    for (var index = 0; index < Orientations; index++)
                    {
                        energy += cells[Cell(index, y, x)] * cells[Cell(index, y, x)] / 9;
                    }
                }

                for (var index = 0; index < Orientations; index++)
                {
                    result[Cell(index, row, column)] =
                        cells[Cell(index, row, column)] / (
                            Math.Sqrt(energy) + DescriptorParameters.BlockFloor);
                }
            }
        }

        return result;
    }

    private static int Cell(int index, int row, int column) => (((index * Cells) + row) * Cells) + column;

    private static IEnumerable<(int Y, int X)> Neighbours(int row, int column) =>
        from y in Enumerable.Range(row - 1, 3)
        from x in Enumerable.Range(column - 1, 3)
        where y is >= 0 and < Cells && x is >= 0 and < Cells
        select (y, x);

    private static double[] Colours(ReadOnlySpan<float> pixels)
    {
        var sums = new double[3 * 16];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var cell = (y / 16 * 4) + (x / 16);
                var (red, green, blue) = (At(pixels, 0, x, y), At(pixels, 1, x, y), At(pixels, 2, x, y));
                sums[cell] += 2 * (Brightness(pixels, x, y) + DescriptorParameters.BrightnessFloor) / 256;
                sums[16 + cell] += (red - green) / 256;
                sums[32 + cell] += (((red + green) / 2) - blue) / 256;
            }
        }

        return sums;
    }

    private static double Brightness(ReadOnlySpan<float> pixels, int x, int y) =>
        (0.299 * At(pixels, 0, x, y)) + (0.587 * At(pixels, 1, x, y)) + (0.114 * At(pixels, 2, x, y));

    private static double At(ReadOnlySpan<float> pixels, int channel, int x, int y) =>
        pixels[(((channel * Side) + y) * Side) + x];

    private static double[] Scaled(double[] vector, double length)
    {
        var norm = Math.Sqrt(vector.Sum(static value => value * value)) + 1e-6;
        return Array.ConvertAll(vector, value => value * length / norm);
    }
}
