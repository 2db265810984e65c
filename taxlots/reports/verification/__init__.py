"""Is a workbook what its sources come to? Its sources are found and put in place, its cells read and compared."""
